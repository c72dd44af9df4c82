"""Table and queries of addresses."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    select,
)

from bot.addresses.model import AFTER_CHATS, MAIL, WAKE_ONLY, Address, AddressState
from bot.listed import listed_as
from bot.schema import Id, UtcDateTime, id_column, metadata

addresses = Table(
    "addresses",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    # Which of our accounts on the platform: a bot's id; the web has only one.
    Column("account", String(64), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("position", Integer, nullable=False),
    Column("reason", String(64)),
    Column("linked_at", UtcDateTime),
    Column("last_ok_at", UtcDateTime),
    Column("last_failed_at", UtcDateTime),
    # Why its platform carries nothing there now, while nothing is wrong with it; NULL when it does.
    Column("shut", String(32)),
    # When something of hers came from there for the last time.
    Column("heard_at", UtcDateTime),
    UniqueConstraint("channel", "account", "external_id"),
)


# Kept, because every message needs it: building a statement costs twice as much as running it.
_BY_EXTERNAL = select(addresses).where(
    addresses.c.channel == bindparam("channel"),
    addresses.c.account == bindparam("account"),
    addresses.c.external_id == bindparam("external_id"),
)
IN_JOIN = tuple(column.label(f"address_{column.name}") for column in addresses.c)
"""The columns of an address beside those of other tables, for `from_join`."""
_OPEN_AGAIN = addresses.update().where(listed_as(addresses.c.id, "ids"))
_HEARD = addresses.update().where(addresses.c.id == bindparam("one")).values(heard_at=bindparam("at"))


def working_of(conn: Connection, person_ids: Iterable[int]) -> dict[int, list[Address]]:
    """Return the working addresses of people, by person, in each person's own order; none that only wakes."""
    found = _of(conn, person_ids, only_working=True)
    carrying = {who: [one for one in hers if one.channel not in WAKE_ONLY] for who, hers in found.items()}
    return {who: hers for who, hers in carrying.items() if hers}


def waking_of(conn: Connection, person_id: int) -> list[Address]:
    """Return the working addresses that only wake a person."""
    found = _of(conn, [person_id], only_working=True).get(person_id, [])
    return [one for one in found if one.channel in WAKE_ONLY]


def all_of(conn: Connection, person_ids: Iterable[int]) -> dict[int, list[Address]]:
    """Return all addresses of people, whatever their state, in each person's own order."""
    return _of(conn, person_ids, only_working=False)


def waking(conn: Connection) -> list[int]:
    """Return the ids of everybody who has a working address that only wakes."""
    query = select(addresses.c.person_id).where(
        addresses.c.channel.in_(sorted(WAKE_ONLY)), addresses.c.state == AddressState.WORKING.value
    )
    return list(conn.execute(query.order_by(addresses.c.person_id)).scalars())


def by_external(conn: Connection, channel: str, account: str, external_id: str) -> Address | None:
    """Return the address that a platform's sender has, linked or not."""
    sender = {"channel": channel, "account": account, "external_id": external_id}
    row = conn.execute(_BY_EXTERNAL, sender).one_or_none()
    return None if row is None else _address(row)


def by_id(conn: Connection, address_id: int) -> Address | None:
    """Return one address."""
    row = conn.execute(select(addresses).where(addresses.c.id == address_id)).one_or_none()
    return None if row is None else _address(row)


def put(
    conn: Connection,
    person_id: int,
    channel: str,
    account: str,
    external_id: str,
    state: AddressState,
    now: datetime,
) -> Address:
    """Store an address for a person, last in her order; one that exists changes hands and state."""
    known = by_external(conn, channel, account, external_id)
    linked_at = now if state is AddressState.WORKING else None
    if known is not None:
        proof = {} if known.person_id == person_id else {"last_ok_at": None, "heard_at": None}
        conn.execute(
            addresses.update()
            .where(addresses.c.id == known.id)
            .values(person_id=person_id, state=state.value, reason=None, linked_at=linked_at, shut=None, **proof)
        )
        found = by_id(conn, known.id)
    else:
        position = _last_position(conn, person_id, channel)
        added = conn.execute(
            addresses.insert()
            .values(
                person_id=person_id,
                channel=channel,
                account=account,
                external_id=external_id,
                state=state.value,
                position=position,
                linked_at=linked_at,
            )
            .returning(addresses.c.id)
        ).scalar_one()
        found = by_id(conn, added)
    if found is None:
        raise LookupError("the address was stored a moment ago and is gone")
    return found


def set_state(conn: Connection, address_id: int, state: AddressState, reason: str | None = None) -> None:
    """Change what is known of an address."""
    conn.execute(addresses.update().where(addresses.c.id == address_id).values(state=state.value, reason=reason))


def worked(conn: Connection, address_ids: Iterable[int], now: datetime) -> None:
    """Remember that messages got through."""
    mine = addresses.c.id.in_(list(address_ids))
    conn.execute(addresses.update().where(mine).values(last_ok_at=now))


def open_again(conn: Connection, address_ids: Sequence[int], now: datetime) -> None:
    """Remember that messages got through, and that nothing keeps others from it."""
    conn.execute(_OPEN_AGAIN, {"ids": address_ids, "last_ok_at": now, "shut": None})


def took_since(conn: Connection, channel: str, since: datetime) -> bool:
    """Tell whether anything has got through on a channel since then."""
    query = select(addresses.c.id).where(addresses.c.channel == channel, addresses.c.last_ok_at > since).limit(1)
    return conn.execute(query).first() is not None


def shut(conn: Connection, address_id: int, why: str | None) -> bool:
    """Remember why nothing can be delivered at an address now, None when it can; False when that was known."""
    known = addresses.c.shut.is_not_distinct_from(why)
    return conn.execute(addresses.update().where(addresses.c.id == address_id, ~known).values(shut=why)).rowcount > 0


def failed(conn: Connection, address_id: int, state: AddressState, reason: str | None, now: datetime) -> None:
    """Remember that an address failed for good, and why (a short code)."""
    values = {"state": state.value, "reason": (reason or state.value)[:64], "last_failed_at": now}
    conn.execute(addresses.update().where(addresses.c.id == address_id).values(**values))


def heard(conn: Connection, address_id: int, now: datetime) -> None:
    """Remember that something of hers came from there."""
    conn.execute(_HEARD, {"one": address_id, "at": now})


def put_in_order(conn: Connection, person_id: int, address_ids: Sequence[int]) -> None:
    """Store a person's own order of addresses; what is not named keeps its place.

    Mail that stands behind all chats stays behind those that are still to come.
    """
    query = select(addresses.c.id).where(addresses.c.person_id == person_id, addresses.c.channel == MAIL)
    mails = set(conn.execute(query).scalars())
    chats = max((place for place, one in enumerate(address_ids) if one not in mails), default=-1)
    for place, address_id in enumerate(address_ids):
        position = place if place <= chats else AFTER_CHATS + place
        mine = (addresses.c.id == address_id, addresses.c.person_id == person_id)
        conn.execute(addresses.update().where(*mine).values(position=position))


def rename(conn: Connection, address_id: int, external_id: str) -> None:
    """Store the new id that the platform gave an address; IntegrityError when another address has it."""
    conn.execute(addresses.update().where(addresses.c.id == address_id).values(external_id=external_id))


def _last_position(conn: Connection, person_id: int, channel: str) -> int:
    """Return the place of a new address: after all others of its sort, mail after every chat."""
    is_late = addresses.c.position >= AFTER_CHATS
    sort = is_late if channel == MAIL else ~is_late
    query = select(func.max(addresses.c.position)).where(addresses.c.person_id == person_id, sort)
    last = conn.execute(query).scalar()
    if last is None:
        return AFTER_CHATS if channel == MAIL else 0
    return int(last) + 1


def _of(conn: Connection, person_ids: Iterable[int], *, only_working: bool) -> dict[int, list[Address]]:
    found: dict[int, list[Address]] = {}
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), 500):
        query = (
            select(addresses)
            .where(addresses.c.person_id.in_(ids[start : start + 500]))
            .order_by(addresses.c.person_id, addresses.c.position, addresses.c.id)
        )
        if only_working:
            query = query.where(addresses.c.state == AddressState.WORKING.value)
        for row in conn.execute(query):
            found.setdefault(row.person_id, []).append(_address(row))
    return found


def from_join(row: Row[Any]) -> Address:
    """Turn the columns of `IN_JOIN` in a row into an address."""
    values = row._mapping  # noqa: SLF001 - the documented way to a row's columns by name
    return _from({column.name: values[f"address_{column.name}"] for column in addresses.c})


def _address(row: Row[Any]) -> Address:
    return _from(dict(row._mapping))  # noqa: SLF001 - as above


def _from(values: dict[str, Any]) -> Address:
    return Address(**values | {"state": AddressState(values["state"])})
