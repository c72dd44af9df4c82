"""The fake Telegram's side of HTTP: the Bot API's methods, long polls and calls of webhooks, on one free port."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from bot.clock import monotonic
from bot.outbox.model import Button
from tests.fakes.telegram_failures import Call, Failure, bad_request, blocked, chat_not_found
from tests.fakes.telegram_phone import Message, Phone

if TYPE_CHECKING:
    from tests.fakes.telegram import FakeTelegram

TEXT_UNITS, CAPTION_UNITS = 4096, 1024
DATA_BYTES = 64
LONGEST_WEBHOOK_PAUSE = 0.5
JSON_PARAMS = ("reply_markup", "allowed_updates", "commands", "link_preview_options")


class RefusedError(Exception):
    """The platform says no to a call."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.description)
        self.failure = failure


async def serve(telegram: "FakeTelegram", woken: asyncio.Event, stopping: asyncio.Event) -> None:
    """Listen until told to stop."""
    server = _Server(telegram, woken, stopping)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/bot{token}/{method}", server.call)
    app.router.add_get("/file/bot{token}/{path}", server.file)
    runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    pump = asyncio.create_task(server.call_webhooks())
    with telegram.lock:
        telegram.url = f"http://127.0.0.1:{port}"
        telegram.lock.notify_all()
    await stopping.wait()
    woken.set()
    pump.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await pump
    await runner.cleanup()


class _Server:
    def __init__(self, telegram: "FakeTelegram", woken: asyncio.Event, stopping: asyncio.Event) -> None:
        self.telegram = telegram
        self.woken = woken
        self.stopping = stopping
        self.polls = 0
        self.methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": lambda _params: telegram.me,
            "sendMessage": self.send_message,
            "sendDocument": self.send_document,
            "sendPhoto": self.send_photo,
            "editMessageCaption": self.edit_message_caption,
            "editMessageText": self.edit_message_text,
            "answerCallbackQuery": self.answer_callback_query,
            "setMyCommands": self.set_my_commands,
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": self.get_webhook_info,
            "getFile": self.get_file,
        }

    # ---------------------------------------------------------------------------------------- HTTP

    async def call(self, request: web.Request) -> web.StreamResponse:
        telegram, method = self.telegram, request.match_info["method"]
        params = await _params(request)
        if request.match_info["token"] != telegram.token:
            return _answer(Failure(401, "Unauthorized"))
        if method != "getUpdates" and method not in self.methods:
            return _answer(Failure(404, "Not Found"))
        chat_id = _chat_id(params)
        with telegram.lock:
            telegram.calls.append(Call(method, params, monotonic()))
            failure = telegram.next_failure(method, chat_id)
            telegram.lock.notify_all()
        if failure is not None and not failure.accepted:
            return await self.trouble(request, failure)
        try:
            if method == "getUpdates":
                result = await self.get_updates(params)
            else:
                with telegram.lock:
                    result = self.methods[method](params)
                    telegram.lock.notify_all()
                self.woken.set()
        except RefusedError as refused:
            return _answer(refused.failure)
        if failure is not None:
            return await self.trouble(request, failure)
        return web.json_response({"ok": True, "result": result})

    async def trouble(self, request: web.Request, failure: Failure) -> web.StreamResponse:
        if failure.silent:
            await self.stopping.wait()
        if (failure.silent or failure.hangs_up) and request.transport is not None:
            request.transport.close()
        return _answer(failure)

    async def file(self, request: web.Request) -> web.StreamResponse:
        content = self.telegram.files.get(request.match_info["path"])
        return web.Response(status=404) if content is None else web.Response(body=content)

    # --------------------------------------------------------------------------------------- updates

    async def get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        telegram = self.telegram
        if telegram.webhook is not None:
            raise RefusedError(Failure(409, "Conflict: can't use getUpdates method while webhook is active"))
        self.polls += 1
        mine = self.polls
        self.woken.set()  # an older poll ends now
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 100))
        deadline = monotonic() + float(params.get("timeout", 0))
        while True:
            if mine != self.polls:
                raise RefusedError(Failure(409, "Conflict: terminated by other getUpdates request"))
            with telegram.lock:
                telegram.updates = [update for update in telegram.updates if update["update_id"] >= offset]
                self.drop_unwanted(params.get("allowed_updates"))
                telegram.lock.notify_all()
                ready = telegram.updates[:limit]
            left = deadline - monotonic()
            if ready or left <= 0 or self.stopping.is_set():
                return ready
            self.woken.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), left)

    def drop_unwanted(self, allowed: list[str] | None) -> None:
        """Forget updates of kinds that the bot did not ask for, as Telegram does."""
        if allowed:
            kept = [update for update in self.telegram.updates if set(update) & set(allowed)]
            self.telegram.updates = kept

    async def call_webhooks(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            failures = 0
            while not self.stopping.is_set():
                telegram = self.telegram
                if telegram.webhook is None or not telegram.updates:
                    self.woken.clear()
                    await self.woken.wait()
                    continue
                with telegram.lock:
                    hook = telegram.webhook
                    self.drop_unwanted(hook.get("allowed_updates"))
                    update = next(iter(telegram.updates), None)
                if update is None:
                    continue
                status = await self.call_webhook(session, hook, update)
                with telegram.lock:
                    telegram.webhook_answers.append(status)
                    if status // 100 == 2:
                        telegram.updates = [other for other in telegram.updates if other is not update]
                    telegram.lock.notify_all()
                failures = 0 if status // 100 == 2 else failures + 1
                await asyncio.sleep(min(0.02 * 2**failures, LONGEST_WEBHOOK_PAUSE) if failures else 0)

    async def call_webhook(self, session: aiohttp.ClientSession, hook: dict[str, Any], update: dict[str, Any]) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.get("secret_token", "")}
        try:
            async with session.post(self.telegram.door(hook["url"]), json=update, headers=headers) as answer:
                body = await answer.read()
                with contextlib.suppress(ValueError, TypeError):
                    wish = json.loads(body)
                    if wish["method"] == "answerCallbackQuery":
                        self.answer_callback_query(wish)
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    # --------------------------------------------------------------------------------------- methods

    def send_message(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._send(params, _checked_text(params))

    def send_document(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._send(params, str(params.get("caption", "")), params.get("document"))

    def send_photo(self, params: dict[str, Any]) -> dict[str, Any]:
        caption, (name, picture) = str(params.get("caption", "")), params["photo"]
        if len(caption.encode("utf-16-le")) // 2 > CAPTION_UNITS:
            raise RefusedError(bad_request("message caption is too long"))
        if not picture.startswith(b"\x89PNG"):
            raise RefusedError(bad_request("IMAGE_PROCESS_FAILED"))
        return self._send(params, caption, photo=(name, picture))

    def edit_message_caption(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._edit(params, str(params.get("caption", "")), below_picture=True)

    def edit_message_text(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._edit(params, _checked_text(params), below_picture=False)

    def _edit(self, params: dict[str, Any], text: str, *, below_picture: bool) -> dict[str, Any]:
        phone, (buttons, _, _) = self._phone(params), _markup(params)
        found = [message for message in phone.sent if str(message.id) == str(params.get("message_id"))]
        if not found:
            raise RefusedError(bad_request("message to edit not found"))
        message = found[0]
        if (message.photo is not None) != below_picture:
            raise RefusedError(bad_request("there is no text in the message to edit"))
        if (message.text, message.buttons) == (text, buttons):
            raise RefusedError(bad_request("message is not modified: specified new message content is the same"))
        message.before.append(message.text)
        message.text, message.buttons = text, buttons
        return self._as_json(phone, message)

    def answer_callback_query(self, params: dict[str, Any]) -> bool:
        self.telegram.acknowledged.append(str(params["callback_query_id"]))
        return True

    def set_my_commands(self, params: dict[str, Any]) -> bool:
        self.telegram.commands[params.get("language_code", "")] = params["commands"]
        return True

    def set_webhook(self, params: dict[str, Any]) -> bool:
        self.telegram.webhook = params if params.get("url") else None
        return True

    def delete_webhook(self, _params: dict[str, Any]) -> bool:
        self.telegram.webhook = None
        return True

    def get_webhook_info(self, _params: dict[str, Any]) -> dict[str, Any]:
        hook = self.telegram.webhook or {}
        waiting = len(self.telegram.updates)
        return {"url": hook.get("url", ""), "has_custom_certificate": False, "pending_update_count": waiting}

    def get_file(self, params: dict[str, Any]) -> dict[str, Any]:
        file_id = str(params.get("file_id"))
        if file_id not in self.telegram.files:
            raise RefusedError(bad_request("invalid file_id"))
        size = len(self.telegram.files[file_id])
        return {"file_id": file_id, "file_unique_id": file_id, "file_path": file_id, "file_size": size}

    def _phone(self, params: dict[str, Any]) -> Phone:
        phone = self.telegram.phones.get(_chat_id(params) or 0)
        if phone is None or not phone.started:
            raise RefusedError(chat_not_found())
        if phone.has_blocked:
            raise RefusedError(blocked())
        return phone

    def _send(
        self, params: dict[str, Any], text: str, document: Any = None, photo: tuple[str, bytes] | None = None
    ) -> dict[str, Any]:
        phone = self._phone(params)
        buttons, keyboard, asks_position = _markup(params)
        message = Message(self.telegram.next_message_id(), text, monotonic(), buttons, keyboard, asks_position)
        message.document, message.photo = document, photo
        self.telegram.arrives(phone, message)
        return self._as_json(phone, message)

    def _as_json(self, phone: Phone, message: Message) -> dict[str, Any]:
        return {
            "message_id": message.id,
            "date": self.telegram.date(),
            "chat": {"id": phone.chat_id, "type": "private", "first_name": phone.name},
            "from": self.telegram.me,
            "text": message.text,
        }


async def _params(request: web.Request) -> dict[str, Any]:
    params: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        params |= await request.json()
    elif request.content_type == "multipart/form-data":
        # read part by part: request.post() puts files on the disk, and leaves one open when a caller is killed halfway
        async for part in await request.multipart():
            if isinstance(part, aiohttp.BodyPartReader) and part.name is not None:
                params[part.name] = (part.filename, bytes(await part.read())) if part.filename else await part.text()
    else:
        params |= await request.post()
    for key in JSON_PARAMS:
        if isinstance(params.get(key), str):
            params[key] = json.loads(params[key])
    return params


def _answer(failure: Failure) -> web.Response:
    if failure.body is not None:
        return web.Response(text=failure.body, status=failure.status, content_type="text/html")
    body: dict[str, Any] = {"ok": False, "error_code": failure.status, "description": failure.description}
    if failure.parameters:
        body["parameters"] = failure.parameters
    return web.json_response(body, status=failure.status)


def _chat_id(params: dict[str, Any]) -> int | None:
    try:
        return int(params["chat_id"])
    except (KeyError, ValueError):
        return None


def _checked_text(params: dict[str, Any]) -> str:
    text = str(params.get("text", ""))
    if not text.strip():
        raise RefusedError(bad_request("message text is empty"))
    if len(text.encode("utf-16-le")) // 2 > TEXT_UNITS:
        raise RefusedError(bad_request("message is too long"))
    return text


Rows = tuple[tuple[Button, ...], ...]
Labels = tuple[tuple[str, ...], ...]


def _markup(params: dict[str, Any]) -> tuple[Rows, Labels | None, str | None]:
    markup = params.get("reply_markup") or {}
    buttons = tuple(tuple(_button(one) for one in row) for row in markup.get("inline_keyboard", ()))
    if markup.get("remove_keyboard"):
        return buttons, (), None
    if "keyboard" not in markup:
        return buttons, None, None
    plain: list[tuple[str, ...]] = []
    asks_position = None
    for row in markup["keyboard"]:
        labels = tuple(one["text"] for one in row if not one.get("request_location"))
        asks_position = next((one["text"] for one in row if one.get("request_location")), asks_position)
        if labels:
            plain.append(labels)
    return buttons, tuple(plain), asks_position


def _button(raw: dict[str, Any]) -> Button:
    data, url = raw.get("callback_data"), raw.get("url")
    if data is not None and not 1 <= len(data.encode()) <= DATA_BYTES:
        raise RefusedError(bad_request("BUTTON_DATA_INVALID"))
    if url is not None and "." not in (urlsplit(url).hostname or ""):
        raise RefusedError(bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"))
    return Button(raw["text"], data=data, url=url)
