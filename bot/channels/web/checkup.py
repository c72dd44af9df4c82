"""Are our own pages where [service] base_url says that they are? `yanxin doctor` asks through `WebChannel.checkup`."""

from collections.abc import Sequence

from bot.channels.checkup import Around, Finding, fetch, good, not_ours, public_fault, wrong

MEND = "write in [service] base_url how people reach the service from outside: https://…"


async def look(around: Around) -> Sequence[Finding]:
    """Look at the address that begins every link, and ask it whether we are there."""
    fault = public_fault(around.base_url)
    address = wrong("address", f"{around.base_url}: {fault}", MEND) if fault else good("address", around.base_url)
    status, text = await fetch(f"{around.base_url}/healthz")
    there = status == 200 and '"status"' in text  # noqa: PLR2004 - HTTP's own number
    health = good("pages", "our service answers there") if there else not_ours("pages", around.base_url, status)
    return [address, health]
