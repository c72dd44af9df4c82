"""Telegram as delivery sees it: send, edit, acknowledge; and where its updates come from. Wiring makes one per bot."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from telegram import InputFile
from telegram.error import BadRequest, TelegramError

from bot.channels.base import Missing, Store
from bot.channels.checkup import Around, Finding
from bot.channels.splitting import utf16
from bot.channels.telegram.checkup import look
from bot.channels.telegram.client import make_client
from bot.channels.telegram.errors import is_below_picture, missing_of, result_of
from bot.channels.telegram.markup import edited, pieces
from bot.channels.telegram.polling import poll
from bot.channels.telegram.setup import introduce
from bot.channels.telegram.understand import understand
from bot.outbox.model import Rendered, Result, ResultKind
from bot.settings import Limits
from bot.settings_telegram import Telegram as TelegramSettings

log = structlog.get_logger(__name__)

CAPTION_UNITS = 1024
"""UTF-16 units that may stand below a picture."""
NO_PREVIEW = {"is_disabled": True}  # a preview would open her private links on a foreign server


def message_ref_of(answer: Any) -> str | None:
    """Return the id of the message that was sent; None when Telegram's answer does not tell."""
    number = answer.get("message_id") if isinstance(answer, dict) else None
    return None if number is None else str(number)


class Telegram:
    """One bot. `send` and `edit` may run at the same time many times over; limits of rate are delivery's work."""

    name = "telegram"
    can_edit = True
    can_push = True
    one_at_a_time = True  # Telegram refuses a second poll of one bot

    def __init__(self, section: TelegramSettings, limits: Limits, *, webhook_url: str = "") -> None:
        """Take the settings of the channel; `webhook_url` is where Telegram shall call us in webhook mode."""
        self.account = section.account
        self.text_limit = limits.telegram_text_characters
        self._section = section
        self._limits = limits
        self._poll_seconds = limits.telegram_poll_seconds
        self._webhook_url = webhook_url
        self._client = make_client(section, limits)
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:
        """Send a message to a chat.

        Telegram knows no idempotency key, so `key` only names the message in the log. When a later piece of a long
        text fails, its result stands for the whole: sending again repeats the earlier pieces.
        """
        sent: str | None = None
        try:
            for piece in pieces(message, self.text_limit):
                answer = await self._client.call(
                    "sendMessage",
                    chat_id=external_id,
                    text=piece.text,
                    reply_markup=piece.markup,
                    link_preview_options=NO_PREVIEW,
                )
                sent = message_ref_of(answer)
        except TelegramError as error:
            return self._failed("send", key, result_of(error))
        except ValueError:
            return self._failed("send", key, Result(ResultKind.OUR_FAULT, reason="button_data_invalid"))
        return Result(ResultKind.ACCEPTED, external_id=sent)

    async def send_pictured(self, external_id: str, message: Rendered, picture: bytes, *, key: str) -> Result:
        """Send a message as what stands below a picture: one call, so that a retry repeats both or neither."""
        whole = pieces(message, self.text_limit)
        if len(whole) > 1 or utf16(whole[0].text) > CAPTION_UNITS:
            return await self.send(external_id, message, key=key)
        try:
            answer = await self._client.call(
                "sendPhoto",
                chat_id=external_id,
                photo=InputFile(picture, filename="card.png"),
                caption=whole[0].text,
                reply_markup=whole[0].markup,
            )
        except TelegramError as error:
            result = self._failed("send_picture", key, result_of(error))
            refused = result.kind is ResultKind.OUR_FAULT and isinstance(error, BadRequest)
            return await self.send(external_id, message, key=key) if refused else result
        return Result(ResultKind.ACCEPTED, external_id=message_ref_of(answer))

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:
        """Change a message's text and buttons."""
        try:
            piece = edited(message, self.text_limit)
            where: dict[str, Any] = {"chat_id": external_id, "message_id": message_ref, "reply_markup": piece.markup}
            try:
                await self._client.call("editMessageText", text=piece.text, link_preview_options=NO_PREVIEW, **where)
            except BadRequest as error:
                if not is_below_picture(error):
                    raise
                await self._client.call("editMessageCaption", caption=piece.text, **where)
        except TelegramError as error:
            result = result_of(error)
            if result.kind is not ResultKind.ACCEPTED:
                return self._failed("edit", None, result)
        except ValueError:
            return self._failed("edit", None, Result(ResultKind.OUR_FAULT, reason="button_data_invalid"))
        return Result(ResultKind.ACCEPTED, external_id=message_ref)

    async def acknowledge(self, press_ref: str) -> None:
        """Stop the spinning of a pressed button; a press that is too old for it is nobody's trouble."""
        try:
            await self._client.call("answerCallbackQuery", callback_query_id=press_ref)
        except TelegramError as error:
            log.debug("telegram.press_not_acknowledged", reason=result_of(error).reason)

    async def fetch(self, ref: str, limit: int) -> bytes | Missing:
        """Return the bytes of a photo or document that somebody sent, or why there are none."""
        try:
            found = await self._client.call("getFile", file_id=ref)
            told = found if isinstance(found, dict) else {}
            path, size = told.get("file_path"), told.get("file_size")
            if isinstance(size, int) and size > limit:
                return Missing.TOO_LARGE
            data = await self._client.download(path) if isinstance(path, str) and path else b""
        except TelegramError as error:
            missing = missing_of(error)
            log.info("telegram.file_not_fetched", missing=missing.value, reason=result_of(error).reason)
            return missing
        if not data:
            return Missing.GONE
        return data if len(data) <= limit else Missing.TOO_LARGE

    @property
    def source(self) -> "Telegram | None":
        """Return what fetches updates; in webhook mode there is nothing to fetch."""
        return self if self._section.mode == "polling" else None

    async def run(self, store: Store) -> None:
        """Poll for updates until cancelled; in webhook mode there is nothing to fetch and this returns at once.

        A press is acknowledged as soon as it is stored, beside the loop.
        """

        async def keep(external_id: str, sender: str, raw: dict[str, Any], text: str) -> None:
            await store(external_id, sender, raw, text)
            if (press_ref := understand(raw).press_ref) is not None:
                task = asyncio.create_task(self.acknowledge(press_ref))
                self._acknowledging.add(task)
                task.add_done_callback(self._acknowledging.discard)

        if self._section.mode == "polling":
            await poll(self._client, keep, seconds=self._poll_seconds)

    async def introduce(self) -> None:
        """Tell Telegram our commands and, in webhook mode, where to call; tries until it worked or is cancelled.

        Run it as a task beside the service: nothing waits for it.
        """
        webhook = self._webhook_url if self._section.mode == "webhook" else ""
        await introduce(self._client, webhook_url=webhook, secret=self._section.webhook_secret)

    async def checkup(self, around: Around) -> Sequence[Finding]:
        """Say how the bot is, for `yanxin doctor`."""
        return await look(self._section, self._limits, self._webhook_url, around)

    async def close(self) -> None:
        """Give up what is being acknowledged and close the connections."""
        for task in self._acknowledging:
            task.cancel()
        await asyncio.gather(*self._acknowledging, return_exceptions=True)
        for request in self._client._request:  # noqa: SLF001 - `shutdown` does nothing before `initialize`
            await request.shutdown()

    def _failed(self, what: str, key: str | None, result: Result) -> Result:
        level = log.error if result.kind is ResultKind.OUR_FAULT else log.info
        level(f"telegram.{what}_failed", key=key, result=result.kind.value, reason=result.reason)
        return result
