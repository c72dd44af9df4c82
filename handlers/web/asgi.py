"""The web application: all pages, and what protects them. `bot.app` makes it and gives it to the server."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from prometheus_client import REGISTRY, CollectorRegistry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from bot.rendering.renderer import templates_folder
from bot.sessions.voices import MOST_BYTES
from bot.storage.database import Database
from handlers.api.door import Door
from handlers.api.parts import Parts
from handlers.services import Services
from handlers.web import (
    alarm_page,
    answer_page,
    audit,
    board,
    branch_materials,
    branch_page,
    calendar_feed,
    calendar_page,
    card_page,
    case_done,
    case_page,
    cases,
    channels_page,
    chat_page,
    digest_page,
    duty,
    health,
    languages,
    login,
    mail_page,
    map_page,
    messages,
    mine_page,
    notice,
    notice_group,
    opportunities,
    people,
    people_picked,
    person,
    pipeline,
    plan_opportunities,
    plan_pack,
    plan_page,
    programme,
    reach,
    ready,
    regroup_page,
    report_files,
    report_forms,
    report_hosts,
    report_page,
    report_review,
    reports,
    responses_csv,
    rollcall_csv,
    rollcall_done,
    rollcall_page,
    rollcalls,
    roster_import,
    roster_page,
    round_form,
    round_voice,
    selection_wish,
    session_board,
    session_files,
    session_form,
    session_hours,
    staff,
    stand_ins,
    static,
    statistics,
    study_review,
    talks,
    todo_files,
    todo_page,
    tokens,
    told_page,
)
from handlers.web.armour import Bounded, Headed, OwnSite, headers_of
from handlers.web.errors import Caught, http_error, refusal
from handlers.web.hooks import Hooks
from handlers.web.site import Site, all_is_well, deliver_nothing, no_troubles, wake_nobody

PAGES = (
    health,
    login,
    board,
    people,
    people_picked,
    selection_wish,
    stand_ins,
    person,
    cases,
    case_page,
    case_done,
    responses_csv,
    statistics,
    talks,
    rollcalls,
    rollcall_page,
    rollcall_done,
    rollcall_csv,
    pipeline,
    answer_page,
    mail_page,
    map_page,
    chat_page,
    told_page,
    channels_page,
    calendar_feed,
    calendar_page,
    session_board,
    opportunities,
    plan_page,
    plan_opportunities,
    plan_pack,
    branch_page,
    branch_materials,
    regroup_page,
    study_review,
    card_page,
    todo_page,
    todo_files,
    ready,
    report_page,
    report_files,
    report_forms,
    mine_page,
    session_files,
    session_form,
    reports,
    report_hosts,
    report_review,
    session_hours,
    round_form,
    round_voice,
    reach,
    notice,
    notice_group,
    messages,
    staff,
    audit,
    programme,
    roster_import,
    roster_page,
    languages,
    duty,
    tokens,
    alarm_page,
    digest_page,
)


def make_web(  # noqa: PLR0913 - one argument for each thing that pages need of the rest
    services: Services,
    database: Database,
    *,
    version: str,
    settle: Callable[[], Awaitable[None]] = deliver_nothing,
    nudge: Callable[[], None] = wake_nobody,
    problems: Callable[[], Awaitable[list[str]]] = all_is_well,
    troubles: Callable[[], Mapping[str, Mapping[str, int]]] = no_troubles,
    doors: Sequence[Route] = (),
    registry: CollectorRegistry = REGISTRY,
) -> ASGIApp:
    """Return the application.

    `settle` delivers what waits for the web channel and returns when it lies there; `nudge` wakes processing and
    delivery; `problems` says why the service is not ready, `troubles` what channels say of themselves; `doors` are the
    webhooks of other channels; `registry` holds the numbers of `/metrics`.
    """
    folder = templates_folder() / "static"
    site = Site(services, database, version, settle, nudge, problems, troubles, registry, static.mark(folder))
    refuse = refusal(site)
    mail = services.settings.channels.mail
    account = mail.account if mail.enabled else ""
    api = Door(Parts(database, services.renderer, services.clock, services.programmes, nudge, account))
    pages = (route for page in PAGES for route in page.routes(site))
    limits = services.settings.limits
    larger = {"/api/": limits.api_body_bytes, roster_import.PAGE: limits.import_body_bytes}
    larger[round_voice.UPLOAD] = MOST_BYTES + limits.body_bytes
    for upload in (report_files.UPLOAD, todo_files.UPLOAD, branch_materials.MATERIALS):
        larger[upload] = services.settings.reports.file_bytes + limits.body_bytes
    app = Starlette(
        routes=[*doors, *pages, Mount("/api/v1", api), static.mount(folder)],
        exception_handlers={HTTPException: http_error(site)},
        middleware=[
            Middleware(OwnSite, refuse=refuse),
            Middleware(Bounded, refuse=refuse, limit=limits.body_bytes, larger=larger),
            Middleware(Caught, site=site),
        ],
    )
    headers = headers_of(is_https=site.is_https)
    return Hooks(Headed(app, headers), doors, headers)
