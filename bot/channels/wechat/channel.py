"""WeChat as delivery sees it: an Official Account that sends, by a template where nothing else may go, and its menu.

wechatpy is imported when the channel is made: a service without WeChat starts without it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.allowances.model import Form
from bot.channels.base import Missing
from bot.channels.checkup import Around, Finding
from bot.channels.plain import pieces
from bot.channels.splitting import utf8
from bot.channels.token import TokenStore
from bot.channels.wechat.markup import fields
from bot.channels.wechat.setup import menu
from bot.outbox.model import Rendered, Result, ResultKind
from bot.settings import Limits
from bot.settings_wechat import WeChat as WeChatSettings

log = structlog.get_logger(__name__)
MOST_BEGUN = 1000
"""Of how many messages in pieces it is remembered how far they got."""


def forms_of(section: WeChatSettings) -> tuple[Form, ...]:
    """Return the templates of the settings as what delivery must know of them."""
    return tuple(Form(one.id, frozenset(one.kinds), one.once) for one in section.templates)


class WeChat:
    """One Official Account. `send` may run many times at once; limits of rate and count are delivery's work."""

    name = "wechat"
    can_push = True
    can_edit = False

    def __init__(
        self,
        section: WeChatSettings,
        limits: Limits,
        tokens: TokenStore,
        real: Callable[[], datetime],
        *,
        language: str = "zh",
    ) -> None:
        """Take the settings of the channel, where its token is kept, the real time, and the language of the menu."""
        from bot.channels.wechat import errors  # noqa: PLC0415 - see above
        from bot.channels.wechat.client import Client  # noqa: PLC0415 - see above
        from bot.channels.weixin.calls import Calls  # noqa: PLC0415 - see above

        self.account = section.account
        self._section = section
        self.text_limit = limits.wechat_text_bytes
        self.forms = forms_of(section)
        self._templates = {one.id: one for one in section.templates}
        self._language = language
        self._errors = errors
        self._client = Client(section, float(limits.wechat_timeout_seconds), tokens, real)
        self._calls = Calls(self.name, self._client, errors.result_of_error, real)
        self._real = real
        self._begun: OrderedDict[str, int] = OrderedDict()

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:
        """Send a message to a follower; a later try goes on behind the pieces that have arrived."""
        parts = pieces(message, self.text_limit, utf8)
        result = Result(ResultKind.OUR_FAULT, reason="message_empty")
        first = self._begun.pop(key, 0)
        for number, part in enumerate(parts[first:], first):
            result = await self._calls.run(self._send, external_id, part)
            if result.kind is not ResultKind.ACCEPTED:
                self._remember(key, number)
                self._tell(key, result)
                return result
        return Result(ResultKind.ACCEPTED, used=len(parts) - first) if first < len(parts) else result

    async def send_form(self, external_id: str, form: Form, message: Rendered, *, key: str) -> Result:
        """Send as much of a message as a template of the settings holds."""
        result = await self._calls.run(self._send_form, external_id, form, message, key)
        if result.kind is not ResultKind.ACCEPTED:
            self._tell(key, result)
        return result

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:  # noqa: ARG002 - see below
        """Refuse: nothing that was sent can be changed here."""
        return Result(ResultKind.OUR_FAULT, reason="cannot_edit")

    async def acknowledge(self, press_ref: str) -> None:
        """Do nothing: there are no buttons to press."""

    async def fetch(self, ref: str, limit: int) -> bytes | Missing:
        """Return the bytes of a photo or document that somebody sent, or why there are none."""
        return await self._calls.fetch(ref, limit)

    async def introduce(self) -> None:
        """Put the menu; tries until it worked or is cancelled. Run it as a task beside the service."""
        await self._calls.until_accepted(self._put_menu)

    async def invitation(self, token: str, lasts: timedelta) -> str:
        """Return the address of a code to scan that carries the token of an invitation; LookupError without one."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._calls.threads, self._qr_link, token, int(lasts.total_seconds()))

    async def checkup(self, around: Around) -> Sequence[Finding]:
        """Say how the account is, for `yanxin doctor`."""
        from bot.channels.wechat import checkup  # noqa: PLC0415 - see above

        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._calls.threads, checkup.asked, self._client, self._section, around)
        return [*found, await checkup.called(self._section, around)]

    async def close(self) -> None:
        """Call nothing more and close the connections."""
        self._calls.close()

    def troubles(self) -> dict[str, int]:
        """Return what somebody should look at, by short code: no token, and answers of late that we do not know."""
        return self._calls.troubles()

    def _remember(self, key: str, number: int) -> None:
        if number:
            self._begun[key] = number
            while len(self._begun) > MOST_BEGUN:
                self._begun.popitem(last=False)

    def _tell(self, key: str, result: Result) -> None:
        loud = result.kind is ResultKind.OUR_FAULT or result.reason in {"not_allowed", "day_quota"}
        level = log.error if loud else log.info
        level("wechat.send_failed", key=key, result=result.kind.value, reason=result.reason)

    def _send(self, openid: str, text: str) -> Result:
        try:
            return self._errors.result_of(self._client.send_text(openid, text))
        except Exception as error:
            found = self._errors.once(error)
            if found.kind is ResultKind.OUTCOME_UNKNOWN:
                return found
            raise

    def _send_form(self, openid: str, form: Form, message: Rendered, key: str) -> Result:
        template = self._templates[form.id]
        data = fields(template, message, self._real())
        if not template.once:
            return self._errors.result_of(self._client.send_template(openid, form.id, data, template.page, key[-32:]))
        return self._errors.result_of(self._client.send_subscribed(openid, form.id, data, template.page))

    def _put_menu(self) -> Result:
        return self._errors.result_of(self._client.create_menu(menu(self._language)))

    def _qr_link(self, token: str, seconds: int) -> str:
        try:
            return self._client.qr_link(token, seconds)
        except Exception as error:  # noqa: BLE001 - `result_of_error` knows them; their text may hold a token
            result = self._errors.result_of_error(error)
        raise LookupError(result.reason or result.kind.value)
