"""A roster that was handed in: what it would change, what is to be mended, and the press that imports just that."""

from dataclasses import dataclass
from math import ceil

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.errors import Mistake, MistakesError, YanxinError
from bot.handed import store
from bot.handed.model import Handed
from bot.roster.columns import SHEETS
from bot.roster.diff import mark_of
from bot.roster.faults_said import in_chinese
from bot.roster.model import Change, ChangeKind, RosterMistake
from bot.roster.uploaded import Upload, read_uploads
from bot.storage.writer import Urgency
from handlers.roster_handed_in import HandedIn, Wish, hand_in, import_handed
from handlers.web.roster_import import PAGE, office_only, sheets_in
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

AT_ONCE = 200
"""How many changes or mistakes one page shows."""
_UNSHOWN = frozenset({"party"})
"""Fields whose values are nobody's business on a screen."""


@dataclass(frozen=True)
class _Looked:
    """What came of the look: the difference, or the mistakes, or why the files are no roster at all."""

    done: HandedIn | None = None
    mistakes: tuple[Mistake, ...] = ()
    unread: str = ""

    @property
    def length(self) -> int:
        """Return how many lines there are to show."""
        return len(self.done.found.changes) if self.done else len(self.mistakes)


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def look(request: Request, reader: Reader) -> Response:
        office_only(reader)
        roster_id = request.path_params["roster_id"]
        handed, looked = await site.database.aread_long(lambda conn: _look(conn, site, roster_id, reader))
        if handed is None:
            return RedirectResponse(f"{PAGE}?said=gone", 303)
        pages = max(1, ceil(looked.length / AT_ONCE))
        at = _page(request, pages)
        return console_page(
            site,
            request,
            reader,
            "console/roster_import.html",
            handed=handed,
            looked=looked,
            mark=mark_of(looked.done.found) if looked.done else "",
            kinds=ChangeKind,
            sheets=SHEETS,
            page=at,
            pages=pages,
            first=(at - 1) * AT_ONCE,
            shown=slice((at - 1) * AT_ONCE, at * AT_ONCE),
            news=request.query_params.get("said", ""),
            chinese=in_chinese,
            name_of=_name_of,
            place_of=_place_of,
            unshown=_UNSHOWN,
        )

    async def prune(request: Request, reader: Reader, fields: FormData) -> Response:
        office_only(reader)
        roster_id, wanted = request.path_params["roster_id"], sheets_in(fields)

        def work(conn: Connection) -> None:
            if _own(conn, roster_id, reader) is not None:
                store.let_go(conn, roster_id, wanted)

        await site.database.awrite(work)
        return RedirectResponse(f"{PAGE}/{roster_id}", 303)

    async def press(request: Request, reader: Reader, fields: FormData) -> Response:
        office_only(reader)
        roster_id, mark = request.path_params["roster_id"], str(fields.get("mark", ""))
        handed = await site.database.aread(lambda conn: _own(conn, roster_id, reader))
        if handed is None:
            return RedirectResponse(f"{PAGE}?said=gone", 303)
        if handed.done_at is not None:
            return RedirectResponse(f"{PAGE}/{roster_id}", 303)
        done = await _import(site, reader, handed, mark or "none")
        site.nudge()
        return RedirectResponse(f"{PAGE}/{roster_id}{'' if done else '?said=changed'}", 303)

    return [
        Route(f"{PAGE}/{{roster_id:int}}", signed_in(site, look), methods=["GET"]),
        Route(f"{PAGE}/{{roster_id:int}}", guarded_form(site, press), methods=["POST"]),
        Route(f"{PAGE}/{{roster_id:int}}/prune", guarded_form(site, prune), methods=["POST"]),
    ]


def _page(request: Request, pages: int) -> int:
    number = request.query_params.get("page", "1")
    return min(int(number) if number.isdecimal() and len(number) < 6 else 1, pages) or 1  # noqa: PLR2004


async def _import(site: Site, reader: Reader, handed: Handed, mark: str) -> bool:
    """Import what was looked at and tell whether that is what it still changes."""

    def work(conn: Connection) -> bool:
        now_handed = store.of_author(conn, handed.id, reader.person.id, lock=True)
        if now_handed is None or now_handed.done_at is not None:
            return True  # a second press: its page says what came of the first
        return import_handed(conn, now_handed, sheets, _wish(site, reader, now_handed, mark=mark))

    try:
        sheets = await run_in_threadpool(read_uploads, _uploads(handed))
        return await site.database.awrite(work, Urgency.BULK)
    except YanxinError:
        return False


def _own(conn: Connection, roster_id: int, reader: Reader) -> Handed | None:
    return store.of_author(conn, roster_id, reader.person.id) if roster_id < 2**63 else None


def _uploads(handed: Handed) -> list[Upload]:
    return [Upload(name, content) for name, content in handed.files]


def _wish(site: Site, reader: Reader, handed: Handed, *, mark: str = "", dry_run: bool = False) -> Wish:
    mail = site.services.settings.channels.mail
    return Wish(
        site.now,
        site.services.programmes,
        mail.account if mail.enabled else "",
        handed.prune,
        reader.person.id,
        dry_run,
        mark,
    )


def _look(conn: Connection, site: Site, roster_id: int, reader: Reader) -> tuple[Handed | None, _Looked]:
    handed = _own(conn, roster_id, reader)
    if handed is None or handed.done_at is not None:
        return handed, _Looked()
    try:
        sheets = read_uploads(_uploads(handed))
        return handed, _Looked(hand_in(conn, sheets, _wish(site, reader, handed, dry_run=True)))
    except MistakesError as error:
        return handed, _Looked(mistakes=tuple(error.mistakes))
    except YanxinError as error:
        return handed, _Looked(unread=str(error))


def _name_of(change: Change) -> str:
    """Return what a row is called besides its number: a name, or where a trip goes."""
    values = change.values
    said = values.get("name") or ", ".join(str(values[part]) for part in ("host", "city") if values.get(part))
    return str(said or "")


def _place_of(mistake: Mistake) -> RosterMistake:
    if isinstance(mistake, RosterMistake):
        return mistake
    return RosterMistake(mistake.where, mistake.what, mistake.mend, sheet=mistake.where)
