"""Reads from the database of a service that has come to rest what `tests/crash/count.py` needs to know."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, func, select
from telegram import InlineKeyboardMarkup

from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.cases.events import case_events
from bot.cases.store import cases
from bot.channels.telegram.markup import pieces
from bot.engine.casework import JUST_TOLD
from bot.inbox.store import inbox
from bot.journal.store import journal
from bot.outbox.model import Kind, Rendered, ResultKind
from bot.outbox.store import attempts, outbox
from bot.people.store import people
from bot.prompts.model import State
from bot.prompts.store import answers, prompts
from tests.crash.count import Asked, CaseRow, Facts, Sent
from tests.crash.load import Load
from tests.crash.phones import CrashTelegram, Crowd
from tests.fakes.telegram_server import TEXT_UNITS


def gather(
    conn: Connection, load: Load, telegram: CrashTelegram, crowd: Crowd, chats: dict[str, int], in_flight: list[int]
) -> Facts:
    """Return the facts; `chats` are everybody's phones by number."""
    by_person = {row.id: chats[row.number] for row in conn.execute(select(people.c.id, people.c.number))}
    return Facts(
        arrivals=list(telegram.arrivals),
        acts=list(crowd.acts),
        unconfirmed={update["update_id"] for update in telegram.updates},
        asked=_asked(conn, load, chats),
        sent=_sent(conn, by_person),
        inbox={int(row.external_id): row.state for row in conn.execute(select(inbox.c.external_id, inbox.c.state))},
        answers=_answers(conn, by_person),
        cases=[
            CaseRow(row.id, by_person[row.person_id], row.reason, _just_told(conn, row.id), row.state)
            for row in conn.execute(select(cases)).all()
        ],
        helpers={chats[number]: [chats[helper] for helper in load.helpers_of(number)] for number in load.numbers},
        in_flight=in_flight,
    )


def cut_short(conn: Connection) -> int:
    """Return how many messages have been handed over, or were about to be, without a result: those in flight."""
    return int(conn.execute(select(func.count()).select_from(attempts).where(attempts.c.result.is_(None))).scalar_one())


def _asked(conn: Connection, load: Load, chats: dict[str, int]) -> list[Asked]:
    query = select(prompts.c.id, prompts.c.item, prompts.c.state, people.c.number, prompts.c.opens_at).join(
        people, people.c.id == prompts.c.person_id
    )
    rows = {(row.number, row.item): row for row in conn.execute(query.order_by(prompts.c.opens_at.desc()))}
    linked = set(
        conn.execute(
            select(people.c.number)
            .join(addresses, addresses.c.person_id == people.c.id)
            .where(addresses.c.state == AddressState.WORKING.value)
        ).scalars()
    )
    given_up = {f"prompt.{state.value}" for state in (State.NOT_ASKED, State.UNREACHED)}
    told = set(conn.execute(select(journal.c.prompt_id).where(journal.c.action.in_(given_up))).scalars())
    found = []
    for number, item, _ in load.openings():
        row = rows.get((number, item))
        state = "missing" if row is None else row.state
        row_id = None if row is None else row.id
        found.append(Asked(chats[number], item, row_id, state, number in linked, row_id in told))
    return found


def _just_told(conn: Connection, case_id: int) -> int:
    """Return how many cries of a case came so soon after its alarms that these say it too."""
    cries = select(case_events.c.at).where(case_events.c.case_id == case_id, case_events.c.deed == "added_to")
    alarms = select(outbox.c.created_at).where(outbox.c.case_id == case_id, outbox.c.kind == Kind.ALARM.value)
    told = set(conn.execute(alarms).scalars())
    return sum(any(at - JUST_TOLD < one < at for one in told) for at in conn.execute(cries).scalars())


def _sent(conn: Connection, by_person: dict[int, int]) -> list[Sent]:
    tries: dict[int, list[Any]] = {}
    for row in conn.execute(select(attempts).order_by(attempts.c.id)):
        tries.setdefault(row.outbox_id, []).append(row)
    found = []
    for row in conn.execute(select(outbox).where(outbox.c.kind != Kind.EDIT.value)):
        mine = tries.get(row.id, [])
        reached = [one for one in mine if one.result in {ResultKind.ACCEPTED.value, ResultKind.OUTCOME_UNKNOWN.value}]
        unknown = sum(one.result == ResultKind.OUTCOME_UNKNOWN.value for one in mine)
        parts = _parts(mine[-1].body) if mine else ()
        superseded = row.kind == Kind.ALARM.value and row.reason == "later_one"
        found.append(
            Sent(
                row.id,
                by_person[row.person_id],
                row.kind,
                row.state,
                parts,
                tries=len(reached),
                unknown=unknown,
                case_id=row.case_id,
                is_superseded=superseded,
            )
        )
    return found


def _parts(body: dict[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what arrives on a phone when a message is sent: text and data of the buttons, call by call."""
    return tuple((piece.text, _data(piece.markup)) for piece in pieces(Rendered.from_json(body), TEXT_UNITS))


def _data(markup: object) -> tuple[str, ...]:
    if not isinstance(markup, InlineKeyboardMarkup):
        return ()
    return tuple(str(one.callback_data) for row in markup.inline_keyboard for one in row if one.callback_data)


def _answers(conn: Connection, by_person: dict[int, int]) -> Counter[tuple[int, str]]:
    query = select(answers.c.person_id, answers.c.choice, func.count()).group_by(answers.c.person_id, answers.c.choice)
    return Counter({(by_person[person_id], choice): times for person_id, choice, times in conn.execute(query)})
