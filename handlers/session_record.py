"""The record of a session or of a member, as a file: made of what the list shows, and written down for each in it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.journal import store as journal
from bot.local_time import BEIJING, to_wall
from bot.places.countries import country_name
from bot.rendering.filters import when
from bot.rendering.renderer import Renderer
from bot.rendering.session_record import Record, as_docx, as_xlsx, words_of
from bot.sessions import minutes
from bot.sessions.model import Mark, Session, SessionState
from bot.views.session_seats import Seat, SessionBoard

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_HEADS_SESSION = ("col_name", "col_number", "col_reply", "col_mark", "col_how", "col_at")
_HEADS_MEMBER = ("col_title", "col_when", "col_reply", "col_mark", "col_how", "col_at")


def of_session(conn: Connection, board: SessionBoard, renderer: Renderer, language: str) -> Record:
    """Return the record of one session, with its minutes."""
    words, session = words_of(renderer, language), board.session
    seats = board.by_name
    about = [
        _whom(board, words, language),
        words["when"].replace("{when}", _year(session.starts_at, language)),
        words["round"] if session.is_round else words["length"].replace("{minutes}", str(session.minutes)),
        _how_many(words["spoken" if session.is_round else "there"], board.tally.there, len(seats)),
    ]
    names = words["and"].join(name for _, name in board.leaders)
    about += [words["run_by"].replace("{names}", names)] if names else []
    about += [words["off"]] if session.state is SessionState.CANCELLED else []
    rows = [[seat.name, seat.number, *_said(seat, session, words, language)] for seat in seats]
    text = minutes.latest(conn, session.id) or assembled(board, words["voice"], words["colon"])
    return Record(session.title, about, [words[one] for one in _HEADS_SESSION], rows, text, words["minutes"])


def _whom(board: SessionBoard, words: dict[str, str], language: str) -> str:
    """Return for whom a session was: the branch, or the audience outside any branch."""
    audience = board.session.audience
    if audience is None:
        return words["branch"].replace("{branch}", board.branch)
    kind, _, value = audience.partition(":")
    country = words["open_country"].replace("{country}", country_name(value, language)) if kind == "country" else value
    return words["open"].replace("{whom}", country or words["open_all"])


def assembled(board: SessionBoard, voice: str, colon: str) -> str:
    """Return the minutes of a round as they assemble themselves: who said what, in its order."""
    names = {seat.person_id: seat.name for seat in board.seats}
    said = [(names.get(one.person_id), one.text or voice) for one in board.spoken]
    return "\n".join(f"{name}{colon}{text}" for name, text in said if name is not None)


def of_member(
    boards: Sequence[SessionBoard], person_id: int, renderer: Renderer, language: str
) -> tuple[Record, str] | None:
    """Return the record of one member over sessions, with her number; None where she is in none of them."""
    words, rows, who = words_of(renderer, language), [], None
    for board in sorted(boards, key=lambda one: one.session.starts_at):
        seat = next((one for one in board.seats if one.person_id == person_id), None)
        if seat is not None and board.session.state is SessionState.PLANNED:
            who = seat
            session: Session = board.session
            at = _year(session.starts_at, language)
            rows.append([session.title, at, *_said(seat, session, words, language)])
    if who is None:
        return None
    hers = [seat for board in boards for seat in board.seats if seat.person_id == person_id]
    there = sum(seat.mark in {Mark.PRESENT, Mark.LATE} for seat in hers)
    about = [f"{who.name} · {who.number}"]
    about += [_how_many(words["there"], there, len(rows))]
    return Record(words["member"], about, [words[one] for one in _HEADS_MEMBER], rows, "", words["minutes"]), who.number


def as_file(record: Record, kind: str, template: str) -> bytes:
    """Return a record as one of the kinds; RecordTemplateError when the school's template cannot be filled in."""
    return as_xlsx(record) if kind == "xlsx" else as_docx(record, Path(template) if template else None)


def note_taken(
    conn: Connection, session: Session, people: Sequence[int], actor_id: int, reason: str, now: datetime
) -> None:
    """Write down who took the record out and why, for each who is in it: she can see that."""
    lines = [
        journal.line(now, "console.exported", person_id=one, actor_id=actor_id, session=session.id, reason=reason)
        for one in people
    ]
    journal.write(conn, lines)


def _how_many(words: str, there: int, total: int) -> str:
    return words.replace("{there}", str(there)).replace("{total}", str(total))


def _said(seat: Seat, session: Session, words: dict[str, str], language: str) -> list[str]:
    """Return the cells behind a name: in a round nobody replies beforehand, and whoever is there has spoken."""
    mark = seat.mark.value if seat.mark else ""
    spoken = words.get(f"spoken_{mark}") if session.is_round else None
    how = words[f"how_{seat.how.value}"] if seat.how else ""
    by = f"{how} · {seat.entered_by}" if seat.entered_by else how
    return [
        "" if session.is_round else words[f"reply_{seat.reply.value if seat.reply else ''}"],
        spoken or words[f"mark_{mark}"],
        by,
        when(seat.marked_at, BEIJING, language) if seat.marked_at else "",
    ]


def _year(at: datetime, language: str) -> str:
    said, year = when(at, BEIJING, language), to_wall(at, BEIJING).year
    return f"{year}年{said}" if language == "zh" else f"{said}, {year}"
