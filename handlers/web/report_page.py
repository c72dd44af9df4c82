"""The page on which a student writes her report: the same draft as in chat, kept while she types, handed in there.

Looking changes nothing. Two devices may have it open: what one writes on top of words that it has not seen is kept
beside them, and both are shown.
"""

import re
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.engine.compose_facts import of_emergency
from bot.engine.facts import load_facts
from bot.engine.report_life import hand_in, keep_consent, trip_of
from bot.local_time import local_date
from bot.obligations import store as obligations
from bot.obligations.model import Stage
from bot.people.store import by_ids
from bot.prompts import store as prompts_store
from bot.reports import drafts, versions
from bot.reports.consents import May, can_be_shared, consent_of
from bot.reports.files import files_of
from bot.reports.model import WRITABLE, Draft, Form, Report
from bot.reports.rules import MOST, counted
from bot.toml_tables import KEY
from bot.views.report_forms import forms_of
from handlers.report_begun import noted, own_notes, refilled
from handlers.web import report_door
from handlers.web.errors import plain
from handlers.web.posted import new_nonce
from handlers.web.report_door import Door
from handlers.web.site import Site

CHANNEL = "web"
SAID = frozenset(
    {"saved", "conflict", "parts", "empty", "over", "handed", "file", "removed", "taken", "dropped", "full"}
)
REFUSED = frozenset({"empty", "too_large", "unknown", "broken", "bomb", "macros", "locked", "too_many"})
_TAB = re.compile(r"[0-9a-f]{16}")


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""
    page = ReportPage(site)
    path = "/report/{token}"
    return [
        Route(path, page.show, methods=["GET"]),
        Route(f"{path}/save", page.save, methods=["POST"]),
        Route(f"{path}/submit", page.submit, methods=["POST"]),
        Route(f"{path}/aside", page.aside, methods=["POST"]),
        Route(f"{path}/may", page.may, methods=["POST"]),
        Route(f"{path}/notes", page.notes, methods=["POST"]),
    ]


class ReportPage:
    """The page below one link, and its forms."""

    def __init__(self, site: Site) -> None:
        """Take the site."""
        self._site = site

    async def show(self, request: Request) -> Response:
        """Show the draft, or what was handed in."""
        site, token = self._site, request.path_params["token"]
        door, shown = await site.database.aread(lambda conn: _look(conn, site, token, request))
        if shown is None or door.person is None:
            return closed(site, request, door)
        said, refused = request.query_params.get("said", ""), request.query_params.get("refused", "")
        return site.page(
            request,
            "web/report.html",
            own=door.person.language,
            base=f"/report/{token}",
            upload=f"/report-files/{token}",
            tab=new_nonce(),
            said=said if said in SAID else "",
            refused=refused if refused in REFUSED else "",
            most=MOST,
            dial=of_emergency(None, site.language(request, door.person.language), site.services.settings)["dial"],
            **shown,
        )

    async def save(self, request: Request) -> Response:
        """Keep what stands on the page."""
        site, token, form = self._site, request.path_params["token"], await request.form()
        door, kept = await site.database.awrite(lambda conn: _save(conn, site, token, form))
        is_script = "application/json" in request.headers.get("accept", "")
        if kept is None:
            return Response(status_code=door.status) if is_script else closed(site, request, door)
        if is_script:
            return JSONResponse({"sections": kept})
        said = "saved" if all(one["kept"] for one in kept.values()) else "conflict"
        return RedirectResponse(f"/report/{token}?said={said}", 303)

    async def submit(self, request: Request) -> Response:
        """Keep what stands on the page and hand it in; not while words of another device wait to be seen."""
        site, token, form = self._site, request.path_params["token"], await request.form()
        door, said = await site.database.awrite(lambda conn: _submit(conn, site, token, form))
        if not said:
            return closed(site, request, door)
        site.nudge()
        return RedirectResponse(f"/report/{token}?said={said}", 303)

    async def aside(self, request: Request) -> Response:
        """Take words that lie beside the report into it, or let them go."""
        site, token, form = self._site, request.path_params["token"], await request.form()
        number, deed = str(form.get("aside", "")), str(form.get("deed", ""))
        usable = number.isascii() and number.isdecimal() and len(number) < 16 and deed in {"take", "drop"}  # noqa: PLR2004

        def settle(conn: Connection) -> tuple[Door, str]:
            door = report_door.look(conn, site, token)
            if door.report is None or door.report.stage not in WRITABLE or not usable:
                return door, ""
            done = drafts.settle(conn, door.report, int(number), site.now, take=deed == "take")
            return door, "full" if done is None else {"take": "taken", "drop": "dropped"}[deed]

        door, said = await site.database.awrite(settle)
        if door.report is None:
            return closed(site, request, door)
        return RedirectResponse(f"/report/{token}?said={said}", 303)

    async def may(self, request: Request) -> Response:
        """Keep what may become of her accepted report."""
        site, token, form = self._site, request.path_params["token"], await request.form()
        said = str(form.get("may", ""))

        def keep(conn: Connection) -> Door:
            door = report_door.look(conn, site, token)
            if door.report is not None and said in set(May):
                keep_consent(conn, door.report, May(said), site.now)
            return door

        door = await site.database.awrite(keep)
        return closed(site, request, door) if door.report is None else RedirectResponse(f"/report/{token}#may", 303)

    async def notes(self, request: Request) -> Response:
        """Put her own notes of the good weeks into a section."""
        site, token, form = self._site, request.path_params["token"], await request.form()
        key = str(form.get("section", ""))

        def put(conn: Connection) -> Door:
            door = report_door.look(conn, site, token)
            if (
                door.report is not None
                and door.report.stage in WRITABLE
                and site.services.sections_of(door.report).of(key)
            ):
                found = own_notes(conn, door.report)
                if found:
                    drafts.say(conn, door.report, key, noted(found), CHANNEL, site.now)
            return door

        door = await site.database.awrite(put)
        return closed(site, request, door) if door.report is None else RedirectResponse(f"/report/{token}#{key}", 303)


def closed(site: Site, request: Request, door: Door) -> Response:
    """Return the plain page for a link that opens nothing."""
    own = door.person.language if door.person else None
    return plain(site, request, door.status if door.status in {404, 410} else 404, what="report", own=own)


def _save(conn: Connection, site: Site, token: str, form: FormData) -> tuple[Door, dict[str, dict[str, Any]] | None]:
    door = report_door.look(conn, site, token)
    if door.report is None or door.report.stage not in WRITABLE:
        return (door if door.report is None else Door(410, door.person)), None
    return door, _kept(conn, site, door.report, form)


def _kept(conn: Connection, site: Site, report: Report, form: FormData) -> dict[str, dict[str, Any]]:
    tab = str(form.get("tab", ""))
    source = tab if _TAB.fullmatch(tab) else new_nonce()
    known = {*site.services.sections_of(report).keys, *drafts.drafts_of(conn, report)}
    found: dict[str, dict[str, Any]] = {}
    for name, value in form.items():
        key = name.removeprefix("text.")
        base = str(form.get(f"base.{key}", ""))
        if name == key or not KEY.fullmatch(key) or key not in known or not isinstance(value, str):
            continue
        seen = int(base) if base.isascii() and base.isdecimal() and len(base) < 10 else -1  # noqa: PLR2004 - a revision
        text = value.replace("\x00", "")
        draft, is_kept = drafts.save(conn, report, key, text, seen, source, site.now)
        found[key] = {"revision": draft.revision, "count": counted(draft.body), "kept": is_kept}
    return found


def _submit(conn: Connection, site: Site, token: str, form: FormData) -> tuple[Door, str]:
    door, kept = _save(conn, site, token, form)
    if kept is None or door.report is None or door.person is None:
        return door, "over" if door.status == 410 and door.person is not None else ""  # noqa: PLR2004 - HTTP's own
    if not all(one["kept"] for one in kept.values()):
        return door, "conflict"
    sections, language, sure = site.services.sections_of(door.report), door.person.language, bool(form.get("sure"))
    done = hand_in(conn, door.report, sections, language, CHANNEL, site.now, sure=sure)
    return door, "handed" if done.version else done.why


def _look(conn: Connection, site: Site, token: str, request: Request) -> tuple[Door, dict[str, Any] | None]:
    door = report_door.look(conn, site, token)
    report, person = door.report, door.person
    if report is None or person is None:
        return door, None
    texts, sections = drafts.drafts_of(conn, report), site.services.sections_of(report)
    language = site.language(request, person.language)
    shown = [
        {
            "key": key,
            "title": sections.title(key, language),
            "hint": one.hint[language] if (one := sections.of(key)) else "",
            "anonymous": one.is_anonymous if one else False,
            "body": (body := refilled(conn, report, draft := texts.get(key, Draft(key)), person, site.services)),
            "revision": draft.revision,
            "count": counted(body),
        }
        for key in [*sections.keys, *(key for key in texts if key not in sections.keys)]
    ]
    names = {one.id: one.name for one in by_ids(conn, versions.authors_of(conn, report)).values()}
    prompt = None if report.prompt_id is None else prompts_store.by_id(conn, report.prompt_id)
    owed = obligations.by_id(conn, report.obligation_id or 0)
    trip = trip_of(conn, report)
    return door, {
        "report": report,
        "writes": report.stage in WRITABLE,
        "host": "" if trip is None else trip.host,
        "due": None if prompt is None else local_date(prompt.due_at, prompt.zone),
        "due_on": None if owed is None or owed.stage is not Stage.OPEN else owed.due_on,
        "zone": load_facts(conn, [person.id])[person.id].zone_now(site.now),
        "is_study": report.form is Form.STUDY,
        "sections": shown,
        "asides": [
            {"id": one.id, "title": sections.title(one.section, language), "body": one.body, "at": one.at}
            for one in drafts.asides_of(conn, report)
        ],
        "files": files_of(conn, report),
        "notes": own_notes(conn, report) if report.stage in WRITABLE else [],
        "comments": versions.comments_of(conn, report, names),
        "handed": versions.version_of(conn, report, report.version) if report.version else None,
        "titles": {key: sections.title(key, language) for key in sections.keys},
        "forms": forms_of(conn, report, site.services.forms),
        "may": consent_of(conn, report),
        "may_ask": can_be_shared(report),
        "file_megabytes": site.services.settings.reports.file_bytes // 1_000_000,
    }
