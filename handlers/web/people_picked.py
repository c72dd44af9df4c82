"""One thing done for several students: first how many they are and how they can be reached, then, confirmed, once."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl

from sqlalchemy import Connection, select
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.addresses.rules import Reachable
from bot.engine.rollcall_roles import may_start
from bot.ledger import live_of
from bot.people.store import people
from bot.selections import store
from bot.selections.model import MOST, Came, Deed, Selection
from bot.views.people_list import Listed, all_wanted, of_ids
from bot.views.safety import Category
from bot.views.scope import Scope
from handlers import selection_done as use
from handlers.web.people import PAGE as LIST
from handlers.web.people import back, wanted_in
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/people-selected"
LONGEST = 64


@dataclass(frozen=True)
class _Seen:
    selection: Selection
    people: list[Listed]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many are reached in which way."""
        numbers = Counter(one.how for one in self.people)
        return {how.value: numbers[how] for how in Reachable}

    @property
    def late(self) -> int:
        """Return for how many there is something to do."""
        return sum(one.category is Category.LATE and not one.has_case for one in self.people)

    @property
    def came(self) -> dict[str, int]:
        """Return what came of it, in the order of what one wants to know first."""
        return {came.value: self.selection.counts[came.value] for came in Came if self.selection.counts.get(came.value)}


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def pick(_request: Request, reader: Reader, given: FormData) -> Response:
        scope, deed, query = reader.eyes, str(given.get("deed", "")), str(given.get("query", ""))[:2000]
        if deed not in set(Deed) or (deed == Deed.ROLLCALL and not may_start(reader.person)):
            raise HTTPException(400)
        numbers = [str(one)[:LONGEST] for one in given.getlist("person")]
        every = given.get("all") == "yes"
        found = await site.database.aread(lambda conn: _picked(conn, site, scope, query, numbers, every=every))
        if len(found) > MOST:
            return back(query, "too_many")
        made = await site.database.awrite(lambda conn: use.pick(conn, reader.person.id, Deed(deed), found, site.now))
        return back(query, "nobody") if made is None else RedirectResponse(f"{PAGE}/{made}", 303)

    async def show(request: Request, reader: Reader) -> Response:
        scope, selection_id = reader.eyes, request.path_params["selection_id"]
        seen = await site.database.aread(lambda conn: _look(conn, site, scope, selection_id, reader.person.id))
        if seen is None:
            raise HTTPException(404)
        return console_page(site, request, reader, "console/people_picked.html", seen=seen, list_page=LIST)

    async def act(request: Request, reader: Reader, _given: FormData) -> Response:
        scope, now, selection_id = reader.eyes, site.now, request.path_params["selection_id"]
        while True:
            done = await site.database.awrite(lambda conn: use.go_on(conn, selection_id, reader.person.id, scope, now))
            if done is None or done.deed is Deed.ROLLCALL:
                raise HTTPException(404)
            if done.done_at is not None:
                break
        site.nudge()
        return RedirectResponse(f"{PAGE}/{selection_id}", 303)

    return [
        Route(PAGE, guarded_form(site, pick), methods=["POST"]),
        Route(f"{PAGE}/{{selection_id:int}}", signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/{{selection_id:int}}", guarded_form(site, act), methods=["POST"]),
    ]


def _picked(conn: Connection, site: Site, scope: Scope, query: str, numbers: list[str], *, every: bool) -> list[Listed]:
    """Return who is meant; a number outside of the scope is as one that does not exist."""
    live = live_of(site.services.settings)
    if every:
        return all_wanted(conn, scope, wanted_in(dict(parse_qsl(query))), site.now, live, MOST)
    ids: list[int] = []
    for start in range(0, min(len(numbers), MOST), 500):
        named = select(people.c.id).where(people.c.number.in_(numbers[start : start + 500]))
        ids += conn.execute(named).scalars()
    return of_ids(conn, scope, ids, site.now, live)


def _look(conn: Connection, site: Site, scope: Scope, selection_id: int, author_id: int) -> _Seen | None:
    selection = store.of_author(conn, selection_id, author_id) if selection_id < 2**63 else None
    if selection is None:
        return None
    live = live_of(site.services.settings)
    found = [one for one in of_ids(conn, scope, selection.member_ids, site.now, live) if not one.left_out]
    return _Seen(selection, found)
