"""What the service holds about one person, in numbers; `/mydata` shows it to her."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, Table, func, select

from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.agreements.store import count_of
from bot.checklists import store as checklists
from bot.deadlines import store as deadlines
from bot.inbox.store import inbox
from bot.links.model import LinkPurpose
from bot.links.store import links
from bot.opportunities.interests import count_of as count_followed
from bot.outbox.store import outbox
from bot.prompts.model import State
from bot.prompts.notes import NoteKind
from bot.prompts.store import answers, notes, prompts
from bot.reports.store import reports, study_reports
from bot.rollcalls.store import incident_reports, rollcall_answers
from bot.sessions.busy import busy_hours
from bot.sessions.marks import session_makeups, session_marks
from bot.sessions.store import session_invitations, session_replies
from bot.talks.store import follow_ups, talks
from bot.trips.store import of_person, trips


@dataclass(frozen=True)
class Held:
    """How many rows there are of each kind; `channels` are those that reach her."""

    trips: int
    prompts: int
    answers: int
    notes: int
    positions: int
    inbox: int
    outbox: int
    channels: tuple[str, ...]
    meetings: int
    """Online meetings that she was asked to."""
    attended: int
    """Notes of whether she was at one."""
    made_up: int
    """What she wrote to make one up."""
    reports: int
    """Reports about stays and to her branch, handed in or not."""
    calendars: int
    """Links with which calendar programs fetch her meetings."""
    agreed: int
    listed: int
    """Steps of her list with their files, days of papers, reminders, and what she follows and has heard of."""
    talks: int
    """Talks that she has booked, and times at which she was asked after a stay."""
    busy: int
    """Hours of her week at which she cannot meet."""


def held_about(conn: Connection, person_id: int) -> Held:
    """Count what is held about a person."""

    def count(table: Table, owner: Column[int], *where: object) -> int:
        query = select(func.count()).select_from(table).where(owner == person_id, *where)  # type: ignore[arg-type]
        return int(conn.execute(query).scalar_one())

    mine = select(inbox.c.id).join(
        addresses,
        (addresses.c.channel == inbox.c.channel)
        & (addresses.c.account == inbox.c.account)
        & (addresses.c.external_id == inbox.c.sender),
    )
    written = mine.where(addresses.c.person_id == person_id).subquery()
    working = select(addresses.c.channel).where(
        addresses.c.person_id == person_id, addresses.c.state == AddressState.WORKING.value
    )
    hers = [trip.id for trip in of_person(conn, person_id)]
    return Held(
        listed=deadlines.count_of(conn, person_id) + checklists.count_of(conn, hers) + count_followed(conn, person_id),
        trips=count(trips, trips.c.person_id),
        prompts=count(
            prompts,
            prompts.c.person_id,
            prompts.c.state.not_in([State.SCHEDULED.value, State.WITHDRAWN.value]),
        ),
        answers=count(answers, answers.c.person_id)
        + count(rollcall_answers, rollcall_answers.c.person_id)
        + count(session_replies, session_replies.c.person_id),
        notes=count(notes, notes.c.person_id, notes.c.kind == NoteKind.NOTE.value)
        + count(incident_reports, incident_reports.c.person_id),
        positions=count(notes, notes.c.person_id, notes.c.kind == NoteKind.POSITION.value),
        inbox=int(conn.execute(select(func.count()).select_from(written)).scalar_one()),
        outbox=count(outbox, outbox.c.person_id),
        meetings=count(session_invitations, session_invitations.c.person_id),
        attended=count(session_marks, session_marks.c.person_id),
        made_up=count(session_makeups, session_makeups.c.person_id),
        calendars=count(
            links,
            links.c.person_id,
            links.c.purpose == LinkPurpose.CALENDAR.value,
            links.c.revoked_at.is_(None),
        ),
        channels=tuple(dict.fromkeys(conn.execute(working.order_by(addresses.c.position)).scalars())),
        agreed=count_of(conn, person_id),
        talks=count(talks, talks.c.person_id)
        + count(follow_ups, follow_ups.c.person_id, follow_ups.c.asked_at.is_not(None)),
        busy=count(busy_hours, busy_hours.c.person_id),
        reports=count(reports, reports.c.person_id) + count(study_reports, study_reports.c.person_id),
    )
