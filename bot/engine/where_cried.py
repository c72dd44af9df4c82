"""Where she cried for help: there she looks for what comes of it, also on a page to which nobody has agreed yet.

Whoever opened such a link need not be she: what is said there names nobody before she has agreed there once.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.addresses.model import PULL_ONLY, Address, AddressState
from bot.engine.rerouting import SAID_ELSEWHERE
from bot.engine.telling import message, tell
from bot.outbox.model import Kind, Priority
from bot.outbox.store import outbox, put

ASKED_BEFORE = timedelta(minutes=10)
"""How long before her case opens she may have been asked on a page whether it is urgent: silence opens it later."""
_SAID_TO_A_CRY = frozenset({"sos/asked", "sos/raised"})


def tell_there_too(  # noqa: PLR0913 - what a message has
    conn: Connection,
    person_id: int,
    template: str,
    *,
    key: str,
    priority: Priority,
    now: datetime,
    since: datetime,
    data: dict[str, Any],
    case_id: int | None = None,
) -> None:
    """Tell her something of her cry as always, and on each page and address not agreed to where she has cried since.

    `unnamed` goes with it to an address that was never known to be hers. Such an address gets nothing else. What
    does not get through there is not said a second time where she has it already.
    """
    hers: dict[str, Any] = {"key": key, "priority": priority, "now": now, "case_id": case_id}
    there = _where(conn, person_id, since - ASKED_BEFORE)
    told = None
    if not there or addresses_store.working_of(conn, [person_id]):
        tell(conn, person_id, Kind.REPLY, template, data=data, **hers)
        told = conn.execute(select(outbox.c.address_id).where(outbox.c.key == key)).scalar()
    rows = [
        message(
            [one], person_id, Kind.REPLY, template,
            data=data | {"unnamed": one.linked_at is None, SAID_ELSEWHERE: told is not None},
            **hers | {"key": f"{key}:{one.id}"},
        )
        for one in there
        if one.id != told
    ]  # fmt: skip
    put(conn, rows)


def has_cried_at(conn: Connection, address: Address, since: datetime) -> bool:
    """Tell whether somebody cried for help at this very address, up to ten minutes before an instant or later."""
    return address.id in _cried(conn, address.person_id, since - ASKED_BEFORE)


def _where(conn: Connection, person_id: int, since: datetime) -> list[Address]:
    cried = _cried(conn, person_id, since)
    held = addresses_store.all_of(conn, [person_id]).get(person_id, [])
    return [one for one in held if one.id in cried and _waits(one)]


def _cried(conn: Connection, person_id: int, since: datetime) -> set[int | None]:
    query = select(outbox.c.address_id).where(
        outbox.c.person_id == person_id, outbox.c.template.in_(sorted(_SAID_TO_A_CRY)), outbox.c.created_at >= since
    )
    return set(conn.execute(query.distinct()).scalars())


def _waits(address: Address) -> bool:
    """Tell whether words for her lie or go there which `tell` would not send there by itself."""
    if address.state is AddressState.WORKING:
        return address.channel in PULL_ONLY
    return address.state is AddressState.PENDING
