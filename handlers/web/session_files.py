"""Records of sessions as files, and the minutes: for whoever leads the branch, each taking out written down."""

from functools import partial

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.people.store import by_number
from bot.rendering.session_record import Record, RecordTemplateError
from bot.sessions import minutes
from bot.views.session_board import Led, boards_led
from bot.views.session_seats import whole_board
from handlers.session_record import KINDS, as_file, note_taken, of_member, of_session
from handlers.web.export_reasons import FOR_RECORDS, reason_in
from handlers.web.session import Reader, guarded_form
from handlers.web.session_board import HOME, led_in
from handlers.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def take(request: Request, reader: Reader, fields: FormData) -> Response:
        kind, number = str(fields.get("format", "")), str(fields.get("number", ""))
        if kind not in KINDS:
            raise HTTPException(400)
        reason = reason_in(fields, FOR_RECORDS)
        language = site.language(request, reader.person.language)

        def look(conn: Connection) -> tuple[Led, Record, str, list[int]]:
            led = led_in(conn, request, reader)
            if not number:
                board = whole_board(conn, led.session, led.branch, site.now)
                record = of_session(conn, board, site.services.renderer, language)
                return led, record, f"record-{led.session.id}", [seat.person_id for seat in board.seats]
            person = by_number(conn, number)
            boards = boards_led(conn, reader.person, person.id, site.now) if person else []
            found = of_member(boards, person.id, site.services.renderer, language) if person else None
            if person is None or found is None:
                raise HTTPException(404)
            return led, found[0], f"record-{person.id}-all", [person.id]

        led, record, name, people = await site.database.aread(look)
        try:
            made = await run_in_threadpool(partial(as_file, record, kind, site.services.settings.records.template))
        except RecordTemplateError:
            return RedirectResponse(f"{HOME}/{led.session.id}?said=template#files", 303)
        await site.database.awrite(
            lambda conn: note_taken(conn, led.session, people, reader.person.id, reason, site.now)
        )
        headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
        return Response(made, media_type=KINDS[kind], headers=headers)

    async def write(request: Request, reader: Reader, fields: FormData) -> Response:
        text = str(fields.get("text", ""))

        def work(conn: Connection) -> None:
            led = led_in(conn, request, reader)
            minutes.write(conn, led.session.id, reader.person.id, text, site.now)

        await site.database.awrite(work)
        return RedirectResponse(f"{HOME}/{request.path_params['session_id']}?said=minutes#minutes", 303)

    one = f"{HOME}/{{session_id:int}}"
    return [
        Route(f"{one}/record", guarded_form(site, take), methods=["POST"]),
        Route(f"{one}/minutes", guarded_form(site, write), methods=["POST"]),
    ]
