"""Sessions in the calendar of one member: her feed, the file of one session, and what goes with a mail.

A discreet session has a neutral title and nothing but its link; what travels by mail is neutral always, and leads to
her own page.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.engine.session_series import not_asked_yet
from bot.engine.session_standing import FOLDER, standings
from bot.people.model import Person
from bot.rendering.calendar_entries import Ends, Entry, Method, Part
from bot.rendering.renderer import Renderer
from bot.sessions import store
from bot.sessions.model import Invitation, Rsvp, Session, SessionState

FEED_KEEPS = timedelta(days=31)
"""How long what is over stays in a feed."""
MAILED = frozenset({f"{FOLDER}question", f"{FOLDER}moved", f"{FOLDER}cancelled"})
"""What goes into her calendar with a mail: that it is, that it has changed, that it is off."""
_PARTS = {None: Part.UNKNOWN, Rsvp.YES: Part.YES, Rsvp.NO: Part.NO, Rsvp.MAYBE: Part.MAYBE}


def feed_of(conn: Connection, person: Person, renderer: Renderer, now: datetime) -> str:
    """Return her feed: what she is invited to, from a month ago on; who has left a branch has left its sessions."""
    invited = store.invitations_to(conn, person.id, now - FEED_KEEPS)
    known = store.by_ids(conn, [one.session_id for one in invited])
    standing = standings(conn, [one.prompt_id for one in invited])
    hers = [one for one in invited if standing[one.prompt_id].is_member and not known[one.session_id].is_round]
    facts = load_facts(conn, [person.id])[person.id]
    entries = [_entry(one, her, person, facts, renderer) for one, her in not_asked_yet(conn, person.id, now)]
    entries += [_entry(known[one.session_id], one, person, facts, renderer) for one in hers]
    return _written(entries, Method.PUBLISH, name=_word(renderer, person, "calendar/name"))


def file_of(conn: Connection, prompt_id: int, person: Person, renderer: Renderer) -> str | None:
    """Return one session as a file for her calendar; None when she is not invited to it, or not any more."""
    one = store.invitation_of(conn, prompt_id)
    session = None if one is None else store.by_id(conn, one.session_id)
    standing = standings(conn, [prompt_id]).get(prompt_id)
    if (
        one is None
        or session is None
        or session.is_round
        or one.person_id != person.id
        or standing is None
        or not standing.is_member
    ):
        return None
    facts = load_facts(conn, [person.id])[person.id]
    return _written([_entry(session, one, person, facts, renderer)], _method(session, Method.PUBLISH))


def mail_of(
    conn: Connection, prompt_id: int, person: Person, renderer: Renderer, ends: Ends, page: str
) -> tuple[str, str] | None:
    """Return the calendar that goes with a mail about a session, and its method; `page` is where its link leads."""
    one = store.invitation_of(conn, prompt_id)
    session = None if one is None else store.by_id(conn, one.session_id)
    if one is None or session is None or session.is_round:
        return None  # nobody meets at an hour
    facts = load_facts(conn, [person.id])[person.id]
    entry = _entry(replace(session, is_discreet=True), one, person, facts, renderer)
    method = _method(session, Method.REQUEST)
    return _written([replace(entry, link=page)], method, ends=ends), method.value


def _written(entries: Sequence[Entry], method: Method, *, name: str = "", ends: Ends | None = None) -> str:
    """Return the text of a calendar. Its library is imported with the first one, on the thread of whoever has the
    connection: a service starts without it.
    """
    from bot.rendering.calendar_file import as_calendar  # noqa: PLC0415 - see above

    return as_calendar(entries, method, name=name, ends=ends)


def _entry(session: Session, one: Invitation, person: Person, facts: PersonFacts, renderer: Renderer) -> Entry:
    neutral = _word(renderer, person, "calendar/entry")
    return Entry(
        uid=one.uid,
        sequence=session.sequence,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=facts.zone_now(session.starts_at),
        made_at=session.created_at,
        changed_at=session.changed_at,
        title=neutral if session.is_discreet else session.title,
        part=_PARTS[one.reply],
        link=session.link or "",
        about="" if session.is_discreet else session.material or "",
        is_off=session.state is SessionState.CANCELLED,
    )


def _method(session: Session, standing: Method) -> Method:
    return Method.CANCEL if session.state is SessionState.CANCELLED else standing


def _word(renderer: Renderer, person: Person, template: str) -> str:
    return renderer.chat(template, person.language, {}).text
