"""How is the bot? `yanxin doctor` asks through `Telegram.checkup`: getMe and getWebhookInfo, which change nothing."""

from collections.abc import Sequence
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot.channels.checkup import Around, Finding, State, clock, good, proxy, public_fault, wrong
from bot.channels.telegram.client import make_client
from bot.channels.telegram.errors import result_of
from bot.settings import Limits
from bot.settings_telegram import Telegram as TelegramSettings

CHINA = "from most networks in mainland China Telegram is reached through one only"


async def look(section: TelegramSettings, limits: Limits, webhook_url: str, around: Around) -> Sequence[Finding]:
    """Look at everything; the calls go where, and through what, the service's own do."""
    dates: list[str | None] = []
    client = make_client(section, limits, heard=dates.append)
    try:
        found = [await _credentials(client, section)]
        reached = bool(dates)
        if reached:
            found.append(clock("Telegram", dates[0], around.real))
        if found[0].state is not State.WRONG:
            found.append(await _updates(client, section, webhook_url, around))
    finally:
        for request in client._request:  # noqa: SLF001 - `shutdown` does nothing before `initialize`
            await request.shutdown()
    quota = good("quota", f"no daily one; {around.sent_today} sent today")
    return [*found, quota, proxy(section.proxy, reached=reached, advice=CHINA)]


async def _credentials(client: Any, section: TelegramSettings) -> Finding:
    try:
        me = await client.call("getMe")
    except InvalidToken:
        mend = "copy the token from @BotFather (/mybots › API Token) anew; a revoked one never works again"
        return wrong("credentials", "Telegram does not know this token", mend)
    except TelegramError as error:
        mend = "see that this machine may call it; api_url and proxy are in [channels.telegram]"
        return wrong("credentials", f"Telegram cannot be asked ({result_of(error).reason})", mend)
    name = me.get("username") if isinstance(me, dict) else None
    if str(name).lower() != section.bot_username.lower():
        mend = f'write bot_username = "{name}", or the token of the other bot; invitations lead to the wrong one now'
        return wrong("credentials", f"the token is that of @{name}, not of @{section.bot_username}", mend)
    return good("credentials", f"the token is that of @{name}")


async def _updates(client: Any, section: TelegramSettings, webhook_url: str, around: Around) -> Finding:
    try:
        info = await client.call("getWebhookInfo")
    except TelegramError as error:
        return Finding("callback", State.OPEN, f"Telegram did not say where it calls ({result_of(error).reason})")
    known = info if isinstance(info, dict) else {}
    waiting = f"{known.get('pending_update_count', 0)} updates wait"
    if section.mode == "polling":
        return _polled(known, waiting)
    return _called(known, waiting, webhook_url, around)


def _polled(known: dict[str, Any], waiting: str) -> Finding:
    if known.get("url"):
        mend = 'start `yanxin run`, which takes that webhook away, or write mode = "webhook"'
        return wrong("callback", "a webhook is set, so that polling gets nothing", mend)
    return good("callback", f"none, we poll; {waiting}")


def _called(known: dict[str, Any], waiting: str, webhook_url: str, around: Around) -> Finding:
    fault = public_fault(around.base_url)
    if fault:
        return wrong("callback", f"Telegram cannot call us: {fault}", "write an https address in [service] base_url")
    if known.get("url") != webhook_url:
        return wrong("callback", "Telegram calls another address, or none", "start `yanxin run`, which tells it ours")
    if known.get("last_error_date") and known.get("pending_update_count"):
        mend = "see that the web server passes /webhooks/telegram on, and that its certificate is good"
        return wrong("callback", f"Telegram's last call failed, and {waiting}", mend)
    return good("callback", f"Telegram calls us; {waiting}")
