"""What ends by itself among due prompts, because what they ask for is there or nobody needs it any more.

Called by `bot.engine.opening` for each batch; each kind is looked at once for all of its prompts, however many trips.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.engine import checklist, flight, report_asking, second_channel
from bot.engine.situations import Situation
from bot.programmes.model import Item, Kind
from bot.programmes.versions import Programmes

_BY_THEMSELVES = frozenset({Kind.CHANNELS, Kind.REPORT, Kind.CHECKLIST, Kind.FLIGHT})


def left_of(
    conn: Connection,
    due: Sequence[tuple[Situation, Item]],
    whose: Mapping[int, int],
    now: datetime,
    programmes: Programmes,
) -> list[tuple[Situation, Item]]:
    """End what is over of due prompts and return the others, each with its item and in the same order."""
    alike: dict[Item, list[int]] = {}
    for one, item in due:
        if item.kind in _BY_THEMSELVES:
            alike.setdefault(item, []).extend(one.ids)
    over: set[int] = set()
    for item, ids in alike.items():
        over |= set(ids) - set(_settle(conn, item, ids, whose, now, programmes))
    if not over:
        return list(due)
    found = []
    for one, item in due:
        ids = [prompt_id for prompt_id in one.ids if prompt_id not in over]
        if ids:
            found.append((replace(one, alike=replace(one.alike, id=ids[0]), ids=ids), item))
    return found


def _settle(
    conn: Connection,
    item: Item,
    ids: Sequence[int],
    whose: Mapping[int, int],
    now: datetime,
    programmes: Programmes,
) -> list[int]:
    if item.kind is Kind.CHANNELS:
        return second_channel.settle(conn, ids, whose, now)
    if item.kind is Kind.FLIGHT:
        return flight.settle(conn, ids, item, now)
    if item.kind is Kind.CHECKLIST:
        return checklist.settle(conn, ids, programmes.current(conn), now)
    return report_asking.settle(conn, ids, item, now)
