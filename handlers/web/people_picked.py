"""One thing done for several students: first how many they are and how they can be reached, then, confirmed, once."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import Connection, select
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.addresses.rules import Reachable
from bot.engine.rollcall_roles import may_start
from bot.engine.standing_in import fault_of
from bot.ledger import live_of
from bot.people import store as people_store
from bot.people.model import Person, RoleKind
from bot.people.store import people
from bot.selections import store
from bot.selections.model import LONGEST_NOTICE, MOST, Came, Deed, Selection
from bot.stand_ins.rules import day_in
from bot.views.people_list import Listed, all_wanted, of_ids
from bot.views.pipeline_days import Matter
from bot.views.safety import Category
from bot.views.scope import Scope
from bot.views.stand_ins import colleagues
from handlers import item_done
from handlers import selection_done as use
from handlers.web.people import PAGE as LIST
from handlers.web.people import back, wanted_in
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/people-selected"
LONGEST = 64


@dataclass(frozen=True)
class Seen:
    """A selection and who is in it, as its page shows them."""

    selection: Selection
    people: list[Listed]
    colleagues: list[Person] = field(default_factory=list)
    """To whom they may be passed on, where that is what is to be done."""
    fault: str = ""
    """Why what was wished cannot be done any more; "" when it can."""
    matter: Matter | None = None
    """What of the pipeline it is about."""
    would: dict[str, int] = field(default_factory=dict)
    """What would come of it for how many of them, where it is about such an item, in the order of `Came`."""

    @property
    def colleague(self) -> str:
        """Return the name of who was chosen to look after them."""
        return next((one.name for one in self.colleagues if one.id == self.selection.wish.get("to")), "")

    @property
    def counts(self) -> dict[str, int]:
        """Return how many are reached in which way."""
        numbers = Counter(one.how for one in self.people)
        return {how.value: numbers[how] for how in Reachable}

    @property
    def mark(self) -> str:
        """Return a mark of what the press does besides the deed itself; "" for deeds that need nothing."""
        wish = self.selection.wish
        return hashlib.sha256(json.dumps(dict(wish), sort_keys=True).encode()).hexdigest() if wish else ""

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
        scope, deed, query = reader.eyes, _deed_in(given, reader), str(given.get("query", ""))[:2000]
        numbers = [str(one)[:LONGEST] for one in given.getlist("person")]
        every = given.get("all") == "yes"
        found = await site.database.aread(lambda conn: _picked(conn, site, scope, query, numbers, every=every))
        if len(found) > MOST:
            return back(query, "too_many")
        item = await site.database.aread(lambda conn: _item_in(conn, site, given, deed))
        made = await site.database.awrite(lambda conn: use.pick(conn, reader.person.id, deed, found, site.now, item))
        return back(query, "nobody") if made is None else RedirectResponse(f"{PAGE}/{made}", 303)

    async def show(request: Request, reader: Reader) -> Response:
        scope, selection_id = reader.eyes, request.path_params["selection_id"]
        seen = await site.database.aread(lambda conn: look(conn, site, scope, selection_id, reader.person.id))
        if seen is None:
            raise HTTPException(404)
        return shown(site, request, reader, seen, said=request.query_params.get("said", ""))

    async def act(request: Request, reader: Reader, given: FormData) -> Response:
        scope, now, selection_id = reader.eyes, site.now, request.path_params["selection_id"]
        if not await _as_seen(site, reader, selection_id, str(given.get("mark", ""))):
            return RedirectResponse(f"{PAGE}/{selection_id}?said=changed", 303)
        while True:
            done = await site.database.awrite(
                lambda conn: use.go_on(conn, selection_id, reader.person.id, scope, now, site.services.programmes)
            )
            if done is None or done.deed is Deed.ROLLCALL:
                raise HTTPException(404)
            if done.done_at is not None or not done.is_ready:
                break
        site.nudge()
        return RedirectResponse(f"{PAGE}/{selection_id}", 303)

    return [
        Route(PAGE, guarded_form(site, pick), methods=["POST"]),
        Route(f"{PAGE}/{{selection_id:int}}", signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/{{selection_id:int}}", guarded_form(site, act), methods=["POST"]),
    ]


def _deed_in(given: FormData, reader: Reader) -> Deed:
    deed = str(given.get("deed", ""))
    if deed not in set(Deed) or not may_do(reader, Deed(deed)):
        raise HTTPException(400)
    return Deed(deed)


def _item_in(conn: Connection, site: Site, given: FormData, deed: Deed) -> str:
    """Return the item of the pipeline that a deed is about; "" when it is about none, 400 for one that is not there."""
    key = str(given.get("item", ""))
    if not key or deed not in {Deed.REMIND, Deed.EXTEND}:
        return ""
    if item_done.matter_of(conn, key, site.services.programmes) is None:
        raise HTTPException(400)
    return key


async def _as_seen(site: Site, reader: Reader, selection_id: int, mark: str) -> bool:
    """Tell whether what is to be done is what was looked at; 404 for what is not the reader's to do."""
    scope = reader.eyes
    found = await site.database.aread(lambda conn: look(conn, site, scope, selection_id, reader.person.id))
    if found is None or not may_do(reader, found.selection.deed):
        raise HTTPException(404)
    return (mark == found.mark and not found.fault) or found.selection.done_at is not None


def may_do(reader: Reader, deed: Deed) -> bool:
    """Tell whether a deed is hers to do at all: a notice is the office's, only counsellors and it pass on."""
    if deed is Deed.ROLLCALL:
        return may_start(reader.person)
    if deed is Deed.PASS_ON:
        return reader.eyes.office or reader.person.has_role(RoleKind.COUNSELLOR)
    return deed is not Deed.NOTICE or reader.eyes.office


def shown(site: Site, request: Request, reader: Reader, seen: Seen, *, status: int = 200, **given: Any) -> Response:
    """Return the page of a selection."""
    empty: dict[str, Any] = {"said": "", "fault": seen.fault, "typed": seen.selection.wish, "longest": LONGEST_NOTICE}
    every = empty | given
    response = console_page(site, request, reader, "console/people_picked.html", seen=seen, list_page=LIST, **every)
    response.status_code = status
    return response


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


def look(conn: Connection, site: Site, scope: Scope, selection_id: int, author_id: int) -> Seen | None:
    """Return a selection of a reader's own with who of it may be seen; None for another's."""
    selection = store.of_author(conn, selection_id, author_id) if selection_id < 2**63 else None
    if selection is None:
        return None
    live = live_of(site.services.settings)
    found = [one for one in of_ids(conn, scope, selection.member_ids, site.now, live) if not one.left_out]
    if selection.item:
        return _about_item(conn, site, scope, selection, found)
    if selection.deed is not Deed.PASS_ON or selection.done_at is not None:
        return Seen(selection, found)
    author = people_store.by_id(conn, author_id)
    wish, zone = selection.wish, author.zone if author else "UTC"
    fault = fault_of(conn, wish["to"], day_in(wish["until"]), zone, site.now) if wish else ""
    return Seen(selection, found, colleagues(conn, author_id), fault)


def _about_item(conn: Connection, site: Site, scope: Scope, selection: Selection, found: list[Listed]) -> Seen:
    programmes = site.services.programmes
    matter = item_done.matter_of(conn, selection.item, programmes)
    if matter is None or selection.done_at is not None:
        return Seen(selection, found, matter=matter)
    came = Counter(item_done.would(conn, selection, found, scope, site.now, programmes))
    return Seen(selection, found, matter=matter, would={one.value: came[one] for one in Came if came[one]})
