"""Two proven channels before departure: asked only of whoever has not got them, and over by itself once she has.

No word of hers answers it: what it asks for is seen in the ledger of addresses. Who has not got two at its end is for
her counsellor to know, in his morning; it is no alarm.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.addresses.model import PULL_ONLY, VOUCHED, WAKE_ONLY, Address, AddressState
from bot.addresses.rules import TWO, proven
from bot.addresses.store import all_of
from bot.channels.known import KNOWN
from bot.engine.facts import load_facts
from bot.engine.invitations import LINKED, to_chat
from bot.engine.telling import not_before_her_morning, tell
from bot.engine.who_helps import load_helpers
from bot.journal import store as journal
from bot.listed import among, listed
from bot.outbox.model import Kind as MessageKind
from bot.outbox.model import Priority
from bot.people import store as people
from bot.programmes.model import Kind
from bot.prompts import store as prompts_store
from bot.prompts.model import FAILED, RUNNING, Prompt, State
from bot.prompts.store import prompts
from bot.settings import Settings

KIND = Kind.CHANNELS.value


# Kept, because every message needs it: building a statement costs twice as much as running it.
_WAITS = (
    select(prompts.c.id)
    .where(prompts.c.person_id == bindparam("one"), prompts.c.kind == KIND)
    .where(among(prompts.c.state, sorted(state.value for state in RUNNING | FAILED)))
    .order_by(prompts.c.id)
)


def have_two(conn: Connection, person_ids: Iterable[int]) -> set[int]:
    """Return those of these people who have two proven channels."""
    return {who for who, mine in all_of(conn, person_ids).items() if proven(mine) >= TWO}


def settle(conn: Connection, prompt_ids: Sequence[int], whose: Mapping[int, int], now: datetime) -> list[int]:
    """End those of these prompts whose people have two proven channels by now, or are abroad; return the others.

    Whoever left without them is asked no more, by night on another continent least of all: her counsellor reads of it.
    """
    done = have_two(conn, [whose[one] for one in prompt_ids])
    gone = _left(conn, [one for one in prompt_ids if whose[one] not in done], whose, now)
    over = [one for one in prompt_ids if whose[one] in done or one in gone]
    for one in over:
        prompts_store.update(conn, one, state=State.EXCUSED.value, next_at=None)
        if one in gone:
            not_proven(conn, one, whose[one], now)
    lines = [journal.line(now, "prompt.settled", person_id=whose[one], prompt_id=one) for one in over]
    journal.write(conn, lines)
    return [one for one in prompt_ids if one not in over]


def _left(conn: Connection, prompt_ids: Sequence[int], whose: Mapping[int, int], now: datetime) -> set[int]:
    """Return those of these prompts whose people are on the very trip before which they are asked."""
    rows = conn.execute(select(prompts.c.id, prompts.c.trip_id).where(listed(prompts.c.id, prompt_ids))).all()
    facts = load_facts(conn, [whose[row.id] for row in rows])
    on = {who: trip.id for who, hers in facts.items() if (trip := hers.abroad(now)) is not None}
    return {row.id for row in rows if row.trip_id is not None and on.get(whose[row.id]) == row.trip_id}


def heard(conn: Connection, person_id: int, now: datetime) -> None:
    """End what asks somebody for a second channel if what has just come from her proves it."""
    found = list(conn.execute(_WAITS, {"one": person_id}).scalars())
    if found:
        settle(conn, found, dict.fromkeys(found, person_id), now)


def not_proven(conn: Connection, prompt_id: int, person_id: int, now: datetime) -> None:
    """Let her counsellor, or else the office, know that she leaves soon and may not be found when an app fails."""
    student = people.by_id(conn, person_id)
    if student is None:
        return
    helpers = load_helpers(conn, [student])
    counsellor = helpers.counsellor_of(student)
    many = proven(all_of(conn, [person_id]).get(person_id, []))
    for helper_id in helpers.office_of(student) if counsellor is None else [counsellor]:
        tell(
            conn,
            helper_id,
            MessageKind.NOTICE,
            "staff/channels_unproven",
            key=f"p:{prompt_id}:unproven:{helper_id}",
            priority=Priority.PROMPT,
            now=now,
            about_id=person_id,
            data={"proven": many},
            not_before=not_before_her_morning(conn, helper_id, now),
        )


def said(conn: Connection, prompt: Prompt, settings: Settings, real: datetime | None = None) -> dict[str, Any]:
    """Return what the question says beside its words: her channels and those that she could add; nothing else.

    `real` is the real time where it goes out, and then an invitation stands beside each channel to which a link leads;
    None where it is only shown again.
    """
    if prompt.kind != KIND:
        return {}
    mine = [one for one in all_of(conn, [prompt.person_id]).get(prompt.person_id, []) if _is_hers(one)]
    return {"ways": [_way(one) for one in mine]} | to_add(conn, settings, prompt.person_id, mine, real)


def to_add(
    conn: Connection, settings: Settings, person_id: int, mine: Iterable[Address], real: datetime | None = None
) -> dict[str, Any]:
    """Return the channels that somebody with these addresses could add, and how to get there; `real` as for `said`."""
    had = PULL_ONLY | {one.channel for one in mine}
    more = [name for name, about in KNOWN.items() if about.is_on(settings) and name not in had]
    invited = {} if real is None else {one: to_chat(conn, settings, person_id, one, real) for one in LINKED & {*more}}
    return {"could_add": more, "invited": invited, "vouched": sorted(VOUCHED)}


def _is_hers(one: Address) -> bool:
    return one.channel not in WAKE_ONLY and one.state in {AddressState.WORKING, AddressState.GONE, AddressState.WRONG}


def _way(one: Address) -> dict[str, Any]:
    return {"channel": one.channel, "proven": one.is_proven, "works": one.state is AddressState.WORKING}
