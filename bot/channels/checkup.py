"""What `yanxin doctor` asks of a channel, and the looks that several channels share.

A channel that can look after itself has one method more, `checkup(around)`, written in its own folder; one without it
is left out. A finding never holds a secret, nor what a platform said word for word. A service takes only its words from
here, so aiohttp is imported where the doctor calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

CLOCK_OFF = 30.0
"""Seconds by which our clock may differ from a platform's: callbacks are refused from five minutes on."""
PATIENCE_SECONDS = 15
_LONGEST = 4096


class State(StrEnum):
    """How a look ended."""

    GOOD = "ok"
    WRONG = "WRONG"
    OPEN = "not known"  # nothing is wrong as far as can be seen from here


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what, how it is, in one sentence, and how to mend it where it is wrong."""

    what: str
    state: State
    said: str
    mend: str = ""


@dataclass(frozen=True)
class Around:
    """What a channel cannot know by itself: where we are called, the real time, and how much it has sent today."""

    base_url: str
    real: datetime
    sent_today: int = 0


@runtime_checkable
class Checked(Protocol):
    """A channel that can say how it is."""

    async def checkup(self, around: Around) -> Sequence[Finding]:
        """Look at credentials, callback, clock, quota and proxy with harmless calls; never raises."""


def good(what: str, said: str) -> Finding:
    """Return that something is in order."""
    return Finding(what, State.GOOD, said)


def wrong(what: str, said: str, mend: str) -> Finding:
    """Return that something is not, and how to mend it."""
    return Finding(what, State.WRONG, said, mend)


def clock(platform: str, header: str | None, real: datetime) -> Finding:
    """Compare our clock with the Date of a platform's answer, as HTTP writes it."""
    try:
        theirs = parsedate_to_datetime(header or "")
        off = (real - theirs).total_seconds()
    except (TypeError, ValueError):
        return Finding("clock", State.OPEN, f"{platform} did not say what time it is")
    if abs(off) <= CLOCK_OFF:
        return good("clock", f"agrees with {platform}'s")
    way = "ahead of" if off > 0 else "behind"
    return wrong(
        "clock",
        f"ours is {abs(off):.0f} s {way} {platform}'s",
        "set this machine's clock, say with `timedatectl set-ntp true`; calls that are five minutes off are refused",
    )


def proxy(address: str, *, reached: bool, advice: str = "") -> Finding:
    """Say through which proxy a channel calls, and whether its platform was reached; `advice` where there is none."""
    if not address:
        if reached:
            return good("proxy", "none, and none is needed here")
        return Finding("proxy", State.OPEN, f"none{'; ' if advice else ''}{advice}")
    where = host_of(address)
    if reached:
        return good("proxy", f"{where} lets us through")
    return wrong("proxy", f"nothing came back through {where}", "see that it runs and lets this machine out")


def used(sent: int, allowed: int) -> Finding:
    """Say how much of a day's messages is used, as we have counted; WRONG from four fifths on."""
    said = f"{sent} of {allowed} messages of today"
    if sent * 5 < allowed * 4:
        return good("quota", said)
    return wrong("quota", said, "what is not urgent waits until tomorrow when it is used up; [limits] has the figures")


def host_of(address: str) -> str:
    """Return host and port of an address; never its path, nor a password in it."""
    try:
        parts = urlsplit(address)
        return f"{parts.hostname or 'nowhere'}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "nowhere"


def public_fault(base_url: str) -> str:
    """Return why a platform cannot call this address, empty when it looks as if it could; names are not looked up."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").rstrip(".")
    try:
        is_private = not ip_address(host).is_global
    except ValueError:
        is_private = "." not in host or host.endswith((".local", ".internal", ".lan", ".localhost"))
    if is_private:
        return f"{host or 'nothing'} is an address of this network only"
    return "" if parts.scheme == "https" else "it is not https"


async def fetch(url: str) -> tuple[int, str]:
    """Return status and the beginning of what an address of our own answers, 0 where nothing answers; never raises."""
    import aiohttp  # noqa: PLC0415 - see above

    patience = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=patience) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            return answer.status, (await answer.content.read(_LONGEST)).decode("utf-8", "replace")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return 0, ""


def not_ours(what: str, url: str, status: int) -> Finding:
    """Return that an address of ours was called and something else, or nothing, answered."""
    said = f"nothing answers at {host_of(url)}" if status == 0 else f"{host_of(url)} answered {status}, which is not us"
    return wrong(what, said, "start `yanxin run`, and let the web server in front of it pass every path on to it")
