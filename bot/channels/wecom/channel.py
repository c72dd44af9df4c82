"""WeCom as delivery sees it: send, edit, acknowledge a press, and the app's menu. Wiring makes one per app.

wechatpy waits, so every call runs on one of sixteen threads. It is imported when a channel is made: a service without
WeCom starts without it.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from bot.channels.base import Missing
from bot.channels.checkup import Around, Finding, used
from bot.channels.token import TokenStore
from bot.channels.wecom.markup import Call, calls, done, language_of
from bot.channels.wecom.setup import menu
from bot.outbox.model import Rendered, Result, ResultKind
from bot.settings import Limits
from bot.settings_wecom import WeCom as WeComSettings

log = structlog.get_logger(__name__)


class WeCom:
    """One app. `send` may run many times at once; limits of rate are delivery's work."""

    name = "wecom"
    can_push = True

    def __init__(
        self,
        section: WeComSettings,
        limits: Limits,
        tokens: TokenStore,
        real: Callable[[], datetime],
        *,
        language: str = "zh",
    ) -> None:
        """Take the settings of the channel, where its token is kept, the real time, and the language of the menu."""
        from bot.channels.wecom import errors  # noqa: PLC0415 - see above
        from bot.channels.wecom.client import Client  # noqa: PLC0415 - see above
        from bot.channels.weixin.calls import Calls  # noqa: PLC0415 - see above

        self.account = section.account
        self.can_edit = section.cards
        self.text_limit = limits.wecom_text_bytes
        self._cards = section.cards
        self._section = section
        self._per_day = limits.wecom_accounts * limits.wecom_messages_per_account_per_day
        self._language = language
        self._errors = errors
        self._client = Client(section, float(limits.wecom_timeout_seconds), tokens, real)
        self._calls = Calls(self.name, self._client, errors.result_of_error, real)

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:
        """Send a message to a member.

        The same message and key are the same bytes, which WeCom delivers once: when a later piece fails, sending again
        repeats nothing.
        """
        result = Result(ResultKind.OUR_FAULT, reason="message_empty")
        for call in calls(message, self.text_limit, key, cards=self._cards):
            result = await self._calls.run(self._send, external_id, call)
            if result.kind is not ResultKind.ACCEPTED:
                level = log.error if result.kind is ResultKind.OUR_FAULT else log.info
                level("wecom.send_failed", key=key, result=result.kind.value, reason=result.reason)
                break
        return result

    def pieces(self, message: Rendered) -> int:
        """Return how many messages WeCom counts for one of ours, its picture included."""
        return len(calls(message, self.text_limit, "", cards=self._cards)) + bool(message.picture)

    async def send_pictured(self, external_id: str, message: Rendered, picture: bytes, *, key: str) -> Result:
        """Send a message, and the picture once it has arrived; without it the link in the message must do.

        The message decides what is tried again, so that the picture never comes twice.
        """
        result = await self.send(external_id, message, key=key)
        if result.kind is not ResultKind.ACCEPTED:
            return result
        shown = await self._calls.run(self._send_picture, external_id, picture)
        if shown.kind is not ResultKind.ACCEPTED:
            log.info("wecom.picture_not_sent", key=key, result=shown.kind.value, reason=shown.reason)
        return result

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:
        """Take the buttons off a card; one that cannot be changed any more explains itself when it is pressed."""
        result = await self._calls.run(self._update, external_id, message_ref, done(message.language))
        lasting = result.kind in {ResultKind.OUR_FAULT, ResultKind.ADDRESS_WRONG, ResultKind.PERSON_GONE}
        if lasting or result.reason == self._errors.NOT_KNOWN:
            return Result(ResultKind.ACCEPTED, external_id=message_ref, reason="not_updated")
        return result

    async def acknowledge(self, press_ref: str) -> None:
        """Show on the card that the press arrived."""
        user, _, rest = press_ref.partition("|")
        task, _, code = rest.partition("|")
        result = await self._calls.run(self._update, user, code, done(language_of(task)))
        if result.kind is not ResultKind.ACCEPTED:
            log.info("wecom.press_not_acknowledged", reason=result.reason)

    async def fetch(self, ref: str, limit: int) -> bytes | Missing:
        """Return the bytes of a photo or document that somebody sent, or why there are none."""
        return await self._calls.fetch(ref, limit)

    async def introduce(self) -> None:
        """Put the app's menu; tries until it worked or is cancelled. Run it as a task beside the service."""
        await self._calls.until_accepted(self._put_menu)

    async def checkup(self, around: Around) -> Sequence[Finding]:
        """Say how the app is, for `yanxin doctor`."""
        from bot.channels.wecom import checkup  # noqa: PLC0415 - see above

        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._calls.threads, checkup.asked, self._client, self._section, around)
        return [*found, await checkup.called(self._section, around), used(around.sent_today, self._per_day)]

    async def close(self) -> None:
        """Call nothing more and close the connections."""
        self._calls.close()

    def troubles(self) -> dict[str, int]:
        """Return what somebody should look at, by short code: no token, and answers of late that we do not know."""
        return self._calls.troubles()

    def _send(self, user: str, call: Call) -> Result:
        return self._errors.result_of(self._client.send_message(user, call), user)

    def _send_picture(self, user: str, picture: bytes) -> Result:
        media_id = self._client.upload("card.png", picture, "image/png")
        message = {"msgtype": "image", "image": {"media_id": media_id}}
        return self._errors.result_of(self._client.send_message(user, message), user)

    def _update(self, user: str, code: str, label: str) -> Result:
        return self._errors.result_of(self._client.update_card(user, code, label), user)

    def _put_menu(self) -> Result:
        return self._errors.result_of(self._client.create_menu(menu(self._language)), "")
