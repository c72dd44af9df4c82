"""Two students agree to look out for each other: one asks by number or code, the other says yes, and either ends it.

Of a number nobody learns whether it is anybody's: what becomes of a question is told only when the other has agreed.
Called by the chat handlers.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from bot.buddies import store
from bot.buddies.model import ASKED_FOR, Pair, PairState
from bot.buddies.rules import asks_too_often, can_accept, is_full, stands_for, waits
from bot.engine.facts import load_facts
from bot.engine.telling import tell
from bot.journal import store as journal
from bot.local_time import Quiet, after_quiet, local_date, to_instant
from bot.outbox.model import Kind, Priority
from bot.people import store as people_store
from bot.people.model import Person, RoleKind

QUIET = Quiet(time(22, 30), time(7, 30))
"""Nothing of this is urgent: it waits for the other one's morning."""
AFTER_PAUSE = time(9, 0)
"""When somebody who wanted it quiet hears of it, on the day after her pause."""


class Outcome(StrEnum):
    """What became of a wish; of ASKED nobody can tell whether there is anybody to ask."""

    ASKED = "asked"
    AGREED = "agreed"
    HERSELF = "herself"
    ALREADY = "already"
    WAITS = "waits"  # she has asked already
    FULL = "full"
    TOO_OFTEN = "too_often"
    OVER = "over"  # too late, withdrawn, or nothing of hers


@dataclass(frozen=True)
class Proposal:
    """What became of a wish, and the pair that it is about."""

    outcome: Outcome
    pair: Pair | None = None


def propose(conn: Connection, person_id: int, number: str, now: datetime) -> Proposal:
    """Ask whoever has a number, once, to look out for each other; if she has asked already, they agree at once."""
    mine = store.of_person(conn, person_id)
    other = people_store.by_number(conn, number) or people_store.by_number(conn, number.upper())
    other_id = None if other is None else other.id
    if other_id == person_id:
        return Proposal(Outcome.HERSELF)
    between = [pair for pair in mine if other_id is not None and pair.partner_of(person_id) == other_id]
    if any(stands_for(pair, person_id) for pair in between):
        return Proposal(Outcome.ALREADY)
    asked_me = next((pair for pair in between if can_accept(pair, person_id, now)), None)
    if asked_me is not None:
        return accept(conn, asked_me.id, person_id, now)
    own = [pair for pair in mine if pair.person_id == person_id and waits(pair, now)]
    if any((pair.number or "").casefold() == number.casefold() for pair in own):
        return Proposal(Outcome.WAITS)
    if refusal := _no_room(mine, person_id, now):
        return Proposal(refusal)
    refused = any(pair.person_id == person_id and pair.state is PairState.DECLINED for pair in between)
    hears = other is not None and not refused and _may_be_proposed_to(conn, other, person_id)
    state = PairState.ASKED if hears or other is None else PairState.DECLINED
    pair_id = store.add(conn, person_id, other_id, number, state, now)
    journal.write(conn, [journal.line(now, "buddy.asked", person_id=person_id, actor_id=person_id)])
    if hears and other is not None:
        _tell(conn, other.id, "buddy/asked", f"buddy:{pair_id}:asked", now, person_id, pair=pair_id)
    return Proposal(Outcome.ASKED)


def offer_code(conn: Connection, person_id: int, now: datetime) -> str | Outcome:
    """Make a code that she passes on to whom she likes; FULL or TOO_OFTEN when she has no place left."""
    if refusal := _no_room(store.of_person(conn, person_id), person_id, now):
        return refusal
    return store.add_code(conn, person_id, now)


def take_code(conn: Connection, person_id: int, code: str, now: datetime) -> Proposal:
    """Let whoever has a code see whose it is; she is then asked like anybody else. OVER when it leads nowhere."""
    pair = store.by_code(conn, code)
    if pair is None or not waits(pair, now):
        return Proposal(Outcome.OVER)
    if pair.person_id == person_id:
        return Proposal(Outcome.HERSELF)
    between = [one for one in store.of_person(conn, person_id) if one.partner_of(person_id) == pair.person_id]
    if any(stands_for(one, person_id) for one in between):
        return Proposal(Outcome.ALREADY)
    store.update(conn, pair.id, other_id=person_id, state=PairState.ASKED.value)
    return Proposal(Outcome.ASKED, store.by_id(conn, pair.id))


def accept(conn: Connection, pair_id: int, person_id: int, now: datetime) -> Proposal:
    """Say yes: both may be asked about each other from now on, and the one who asked hears of it."""
    pair = store.by_id(conn, pair_id)
    if pair is not None and pair.other_id == person_id and pair.state is PairState.AGREED:
        return Proposal(Outcome.AGREED, pair)
    if pair is None or not can_accept(pair, person_id, now):
        return Proposal(Outcome.OVER)
    if is_full(store.of_person(conn, person_id), person_id, now):
        return Proposal(Outcome.FULL, pair)
    store.unblock(conn, person_id, pair.person_id)
    store.update(conn, pair_id, state=PairState.AGREED.value, agreed_at=now, ended_at=None)
    journal.write(conn, [journal.line(now, "buddy.agreed", person_id=person_id, actor_id=person_id)])
    _tell(conn, pair.person_id, "buddy/agreed", f"buddy:{pair_id}:agreed", now, person_id, pair=pair_id)
    return Proposal(Outcome.AGREED, store.by_id(conn, pair_id))


def decline(conn: Connection, pair_id: int, person_id: int, now: datetime, *, for_good: bool = False) -> bool:
    """Say no, which nobody hears; `for_good`: nor will the other one reach her with another question. False: not hers.

    Where they had agreed, that ends with it.
    """
    pair = store.by_id(conn, pair_id)
    other_id = None if pair is None else pair.partner_of(person_id)
    if pair is None or other_id is None or person_id not in {pair.person_id, pair.other_id}:
        return False
    if pair.state is PairState.ASKED and pair.other_id == person_id:
        store.update(conn, pair_id, state=PairState.DECLINED.value, ended_at=now)
    else:
        end(conn, pair_id, person_id, now)
    if for_good:
        store.block(conn, person_id, other_id, now)
    return True


def end(conn: Connection, pair_id: int, person_id: int, now: datetime) -> bool:
    """End a pair, or take a question back; the other one hears nothing and sees no difference. False: not hers."""
    pair = store.by_id(conn, pair_id)
    if pair is None or person_id not in {pair.person_id, pair.other_id}:
        return False
    if not (stands_for(pair, person_id) or (pair.person_id == person_id and waits(pair, now))):
        return False
    # Ended by the other one before: now it is gone for both.
    ended_by = None if pair.state is PairState.ENDED else person_id
    store.update(conn, pair_id, state=PairState.ENDED.value, ended_at=now, ended_by=ended_by)
    journal.write(conn, [journal.line(now, "buddy.ended", person_id=person_id, actor_id=person_id)])
    return True


def set_anywhere(conn: Connection, pair_id: int, person_id: int, now: datetime, *, anywhere: bool) -> Pair | None:
    """Agree, or no longer, to be asked when they are not in the same city; it holds when both do. None: not hers."""
    pair = store.by_id(conn, pair_id)
    if pair is None or person_id not in {pair.person_id, pair.other_id} or not stands_for(pair, person_id):
        return None
    first = person_id == pair.person_id
    if pair.anywhere_for(person_id) != anywhere:
        store.update(conn, pair_id, **{"person_anywhere" if first else "other_anywhere": anywhere})
    changed = store.by_id(conn, pair_id)
    other_id = pair.partner_of(person_id)
    if changed is None or other_id is None or pair.state is not PairState.AGREED or not anywhere:
        return changed
    template = "buddy/anywhere_agreed" if changed.anywhere else "buddy/anywhere_asked"
    key = f"buddy:{pair_id}:{template.rpartition('_')[2]}:{other_id}"
    _tell(conn, other_id, template, key, now, person_id, pair=pair_id)  # once, however often she changes her mind
    return changed


def _no_room(mine: list[Pair], person_id: int, now: datetime) -> Outcome | None:
    if is_full(mine, person_id, now):
        return Outcome.FULL
    return Outcome.TOO_OFTEN if asks_too_often(mine, person_id, now) else None


def _may_be_proposed_to(conn: Connection, other: Person, person_id: int) -> bool:
    present = other.left_at is None and other.absent_at is None and other.has_role(RoleKind.STUDENT)
    return present and other.consent_at is not None and person_id not in store.blocked_by(conn, other.id)


def _tell(
    conn: Connection, to_id: int, template: str, key: str, now: datetime, from_id: int, **data: int | str
) -> None:
    from_whom = people_store.by_id(conn, from_id)
    if from_whom is None:
        return
    facts = load_facts(conn, [to_id])[to_id]
    zone = facts.zone_now(now)
    not_before = after_quiet(now, zone, QUIET)
    if facts.paused_until is not None and facts.paused_until >= local_date(now, zone):
        not_before = to_instant(facts.paused_until + timedelta(days=1), AFTER_PAUSE, zone)
    tell(
        conn,
        to_id,
        Kind.NOTICE,
        template,
        key=key,
        priority=Priority.PROMPT,
        now=now,
        data={"buddy": from_whom.name, **data},
        not_before=not_before,
        expires_at=now + ASKED_FOR,
    )
