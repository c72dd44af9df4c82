"""What came of files that a student sent in chat: each finds its place or is refused, and she hears of all at once.

Called by the round that fetches, when the bytes of those that may be kept lie in the vault.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from bot.engine.checklist import checklist_of
from bot.engine.checklist_life import takes_file
from bot.engine.file_keeping import Lying, keep_for_step, keep_in_report
from bot.engine.session_round import speak
from bot.fetches import store
from bot.fetches.model import Fetch, For
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Priority
from bot.programmes.versions import Programmes
from bot.reports import store as reports
from bot.reports.files import files_of
from bot.reports.incoming import Refusal
from bot.reports.model import WRITABLE, Form
from bot.sessions.words import Voice
from bot.trips.store import of_person

TEMPLATES = {For.REPORT: "report/files", For.STUDY: "study/files", For.STEP: "checklist/files"}
ROUND_SAID = "session/round_said"
_FORMS = {For.REPORT: Form.STAY, For.STUDY: Form.STUDY}


class Lost(StrEnum):
    """Why nothing is kept of a file, beside what is wrong with it."""

    OVER = "over"  # it was handed in, or is no more
    NOT_HAD = "not_had"  # the platform did not give it out


Found = Lying | Refusal | Lost


@dataclass(frozen=True)
class Keeping:
    """What keeping needs to know: the programme of steps, and how much there may be."""

    programmes: Programmes
    most_files: int
    file_bytes: int


def take_in(conn: Connection, came: Sequence[tuple[Fetch, Found]], keeping: Keeping, now: datetime) -> None:
    """Put files in their places and say what came of them, once for each place; what somebody else has is left."""
    places: dict[tuple[int, For, int, str], list[tuple[Fetch, int | Refusal | Lost]]] = {}
    for fetch, found in came:
        if not store.finish(conn, fetch):
            continue
        if fetch.wanted_for is For.ROUND:
            outbox.put(conn, [_spoken(conn, fetch, found, now)])
            continue
        kept = _kept(conn, fetch, found, keeping, now) if isinstance(found, Lying) else found
        places.setdefault((fetch.address_id, fetch.wanted_for, fetch.of_id, fetch.place), []).append((fetch, kept))
    if places:
        outbox.put(conn, [_message(conn, of_place, keeping, now) for of_place in places.values()])


def _spoken(conn: Connection, fetch: Fetch, found: Found, now: datetime) -> dict[str, Any]:
    """Put a voice note into the round for which it was sent, as of then, and say what came of it."""
    if isinstance(found, Lying):
        voice = Voice(found.digest, found.kind, found.size)
        said = speak(conn, fetch.of_id, fetch.person_id, voice, fetch.channel, fetch.created_at).value
    else:
        said = found.value
    return outbox.row(
        f"fetched:{fetch.key}",
        Kind.REPLY,
        fetch.person_id,
        ROUND_SAID,
        priority=Priority.REPLY,
        now=now,
        address_id=fetch.address_id,
        channel=fetch.channel,
        account=fetch.account,
        prompt_id=fetch.of_id,
        data={"said": said},
    )


def _kept(conn: Connection, fetch: Fetch, file: Lying, keeping: Keeping, now: datetime) -> int | Refusal | Lost:
    if fetch.wanted_for is For.STEP:
        trip = next((one for one in of_person(conn, fetch.person_id) if one.id == fetch.of_id), None)
        programme = keeping.programmes.current(conn)
        checklist = None if trip is None else checklist_of(conn, trip, programme)
        if checklist is None or not takes_file(checklist, fetch.place):
            return Lost.OVER
        return keep_for_step(conn, checklist, fetch.place, file, programme, now)
    report = reports.by_id(conn, fetch.of_id, _FORMS[fetch.wanted_for])
    if report is None or report.stage not in WRITABLE:
        return Lost.OVER
    return keep_in_report(conn, report, file, keeping.most_files, now, section=fetch.place or None)


def _message(
    conn: Connection, came: Sequence[tuple[Fetch, int | Refusal | Lost]], keeping: Keeping, now: datetime
) -> dict[str, Any]:
    first, _ = came[0]
    kept = [what for _, what in came if isinstance(what, int)]
    refused = [{"name": one.name, "why": what.value} for one, what in came if not isinstance(what, int)]
    report = None if first.wanted_for is For.STEP else reports.by_id(conn, first.of_id, _FORMS[first.wanted_for])
    return outbox.row(
        f"fetched:{first.key}",
        Kind.REPLY,
        first.person_id,
        TEMPLATES[first.wanted_for],
        priority=Priority.REPLY,
        now=now,
        address_id=first.address_id,
        channel=first.channel,
        account=first.account,
        data={
            "title": first.title,
            "place": first.place,
            "kept": len(kept),
            "total": 0 if report is None else len(files_of(conn, report)),
            "file_id": kept[0] if len(kept) == 1 else 0,
            "refused": refused,
            "file_megabytes": keeping.file_bytes // 1_000_000,
        },
    )
