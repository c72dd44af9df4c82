"""Would somebody's alarm URLs be taken? `yanxin doctor` asks through `Alarm.checkup`; nobody's phone rings for it.

Only where the host stands plainly in a URL is it called at all: elsewhere what looks like a host may be a key. A URL is
never said, for whoever has it can ring that phone.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from bot.channels.checkup import Finding, State, good, wrong

PLAIN = {"json": 80, "form": 80, "xml": 80, "ntfy": 80, "jsons": 443, "forms": 443, "xmls": 443, "ntfys": 443}
"""Services whose URL has the host in its place, and the port where it says none."""
SECONDS = 10.0


async def look(number: str, urls: Sequence[str]) -> Finding:
    """Look at all URLs of one member of staff."""
    what, silent = f"alarm URLs of {number}", []
    for place, url in enumerate(urls, start=1):
        if not await _answers(url):
            silent.append(str(place))
    if silent:
        mend = "see that the host is there and lets this machine in; [duty] alarm_urls has it"
        return wrong(what, f"no. {', '.join(silent)} of {len(urls)}: nothing answers at the host", mend)
    said = f"{len(urls)} understood; that they ring, only `yanxin alarm-test {number}` proves"
    return good(what, said) if all(urlsplit(url).scheme in PLAIN for url in urls) else Finding(what, State.OPEN, said)


async def _answers(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in PLAIN or not parts.path.strip("/"):
        return True  # where it leads cannot be told from the URL
    try:
        opened = asyncio.open_connection(parts.hostname, parts.port or PLAIN[parts.scheme])
        _reader, writer = await asyncio.wait_for(opened, SECONDS)
    except (OSError, TimeoutError, ValueError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
