"""What the list of people is narrowed to, and the condition that finds those whom it can mean.

The condition holds for everybody who fits and for few others: who really fits is decided one by one, by the rules that
every other page has, in `bot.views.people_list`.
"""

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, true

from bot.addresses.model import MAIL, PULL_ONLY, WAKE_ONLY, WINDOWED, AddressState
from bot.addresses.rules import Reachable
from bot.addresses.store import addresses
from bot.cases.model import CaseState, Reason
from bot.cases.store import cases
from bot.ledger import Live, may_be_held
from bot.moves.store import moves
from bot.people.pinyin import plain
from bot.people.store import people, units
from bot.places.cities import find_cities
from bot.places.folding import fold
from bot.prompts.store import ended_in, prompts
from bot.trips.model import Phase
from bot.trips.rules import BACK_FOR
from bot.trips.store import trips
from bot.views.board_query import LOOK_BACK
from bot.views.safety import SAFETY_KINDS, Category
from bot.views.scope import Scope

SILENT, CASE = "silent", "case"
"""States beside those of the board: asked and silent, whether late or missed; somebody must look, or does."""
STATES = (SILENT, CASE, *(category.value for category in Category))
SORTS = ("name", "number")
_BADLY = {
    SILENT: ("late", "missed"),
    Category.LATE: ("late",),
    Category.MISSED: ("missed",),
    Category.NOT_ASKED: ("not_asked",),
}


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; empty strings mean all. `unit` is a path and takes what lies below it."""

    q: str = ""
    unit: str = ""
    counsellor: str = ""
    """A number."""
    country: str = ""
    city: str = ""
    phase: str = ""
    state: str = ""
    reach: str = ""
    sort: str = "name"

    @property
    def given(self) -> dict[str, str]:
        """Return what is set, as the query of a page."""
        named = {one.name: str(getattr(self, one.name)) for one in fields(self)}
        return {name: value for name, value in named.items() if value and (name, value) != ("sort", "name")}

    @property
    def looks_closer(self) -> bool:
        """Tell whether the condition alone does not decide who fits."""
        return bool(self.country or self.city or self.phase or self.state or self.reach or _cities_in(self.q))


def meant(scope: Scope, wanted: Wanted, now: datetime, live: Live | None = None) -> ColumnElement[bool]:
    """Return the condition on `people`: in the scope, still with us, and possibly meant."""
    today = now.astimezone(UTC).date()
    parts: list[ColumnElement[bool]] = [people.c.absent_at.is_(None), people.c.left_at.is_(None)]
    if wanted.state:
        parts.append(_in_state(scope, wanted.state, now))  # first, because it leaves the fewest to look at
    if wanted.reach:
        parts.append(_reached(Reachable(wanted.reach), live))
    parts += [_found(wanted.q), scope.students(today)]
    if wanted.unit:
        below = units.c.path.startswith(f"{wanted.unit}/", autoescape=True)
        parts.append(people.c.unit_id.in_(select(units.c.id).where(or_(units.c.path == wanted.unit, below))))
    if wanted.counsellor:
        helper = people.alias("helper")
        parts.append(people.c.counsellor_id.in_(select(helper.c.id).where(helper.c.number == wanted.counsellor)))
    if wanted.country:
        parts.append(_somewhere(country=wanted.country))
    if wanted.city:
        parts.append(_somewhere(names=_names_of(wanted.city)))
    if wanted.phase:
        parts.append(_in_phase(wanted.phase, now))
    return and_(*parts)


def in_city(typed: str, city: str) -> bool:
    """Tell whether a city is the one that somebody named, in whatever language and spelling."""
    return fold(city) in {fold(name) for name in _names_of(typed)}


def finds(q: str, found_by: str) -> bool:
    """Tell whether the name or the number is what somebody typed, rather than the city."""
    key = plain(q)
    return bool(key) and (key if key.isdecimal() else f" {key}") in found_by


def _found(q: str) -> ColumnElement[bool]:
    if not q.strip():
        return true()
    key = plain(q)
    cities = _cities_in(q)
    # A number is found by any part of it, a name by how it begins.
    pattern = f"%{key}%" if key.isdecimal() else f"% {key}%"
    other = people.alias("other")
    by_name = people.c.id.in_(select(other.c.id).where(other.c.found_by.like(pattern)))
    if not key:
        return people.c.id.is_(None)
    return or_(by_name, _somewhere(names=cities)) if cities else by_name


def _reached(how: Reachable, live: Live | None) -> ColumnElement[bool]:
    """Hold for everybody who can be reached like that now; where nothing reaches, for hardly anybody else."""
    works = and_(addresses.c.person_id == people.c.id, addresses.c.state == AddressState.WORKING.value)
    if live is not None:
        works = and_(works, addresses.c.channel.in_(sorted(live)))
    if how is Reachable.NONE:
        plain = addresses.c.channel.not_in(sorted(WINDOWED | WAKE_ONLY))  # of others the ledger is asked
        return not_(exists(select(addresses.c.id).where(works, plain, not_(may_be_held(addresses.c.id)))))
    channels = {Reachable.MAIL: {MAIL}, Reachable.LOOKS: PULL_ONLY}.get(how)
    narrow = true() if channels is None else addresses.c.channel.in_(sorted(channels))
    return exists(select(addresses.c.id).where(works, narrow))


def _cities_in(q: str) -> tuple[str, ...]:
    return _names_of(q) if q and find_cities(q) else ()


def _names_of(city: str) -> tuple[str, ...]:
    """Return how a city may be written in a roster: as it was typed, and by its names in both languages."""
    found = find_cities(city)
    return tuple(dict.fromkeys((city, *(name for one in found for name in (one.name_en, one.name_zh)))))


def _somewhere(country: str = "", names: tuple[str, ...] = ()) -> ColumnElement[bool]:
    """Hold for whoever has a stay there, or said that she is there."""
    planned = trips.c.country == country if country else trips.c.city.in_(names)
    said = moves.c.country == country if country else moves.c.city.in_(names)
    stays = select(trips.c.person_id).where(trips.c.cancelled_at.is_(None), planned)
    return people.c.id.in_(stays.union(select(moves.c.person_id).where(moves.c.is_over.is_(False), said)))


def _in_phase(wanted: str, now: datetime) -> ColumnElement[bool]:
    """Hold for whoever has a stay of that phase within a day: the date is another one where she is."""
    day, today = timedelta(days=1), now.astimezone(UTC).date()
    hers = and_(trips.c.person_id == people.c.id, trips.c.cancelled_at.is_(None))
    when = {
        Phase.BEFORE: trips.c.departs > today - day,
        Phase.ABROAD: and_(trips.c.departs <= today + day, trips.c.returns >= today - day),
        Phase.BACK: and_(trips.c.returns < today + day, trips.c.returns >= today - BACK_FOR - day),
    }
    if wanted not in when:
        return not_(exists(select(trips.c.id).where(hers, trips.c.returns > today + day)))
    return exists(select(trips.c.id).where(hers, when[Phase(wanted)]))


def _in_state(scope: Scope, wanted: str, now: datetime) -> ColumnElement[bool]:
    abroad = _in_phase(Phase.ABROAD, now)
    if wanted in _BADLY:
        return and_(abroad, _asked_and(_BADLY[wanted], now))
    if wanted == Category.NOT_REACHABLE:
        # One pass over two lists of ids costs a quarter of a look at the addresses of each of a hundred thousand.
        other, works = people.alias("other"), addresses.c.state == AddressState.WORKING.value
        without = select(other.c.id).except_(select(addresses.c.person_id).where(works))
        return and_(or_(_asked_and(("unreached",), now), people.c.id.in_(without)), abroad)
    unresolved = cases.c.state != CaseState.RESOLVED.value
    if wanted == CASE:
        return people.c.id.in_(select(cases.c.person_id).where(unresolved, case_is_seen(scope)))
    if wanted == Category.URGENT:
        urgent = select(cases.c.person_id).where(unresolved, cases.c.reason == Reason.URGENT.value)
        return and_(abroad, people.c.id.in_(urgent))
    if wanted == Category.HARD:
        hard = cases.c.reason == Reason.HARD.value
        told = exists(select(cases.c.id).where(cases.c.person_id == people.c.id, hard, case_is_seen(scope)))
        return and_(abroad, told)
    return abroad


def case_is_seen(scope: Scope) -> ColumnElement[bool]:
    """Hold for a case that may be seen: a hard week only by whom she chose."""
    return or_(cases.c.reason != Reason.HARD.value, scope.hard_is_visible(cases.c.share_with))


def _asked_and(states: tuple[str, ...], now: datetime) -> ColumnElement[bool]:
    late = and_(ended_in(states), prompts.c.kind.in_(SAFETY_KINDS))
    # Hidden in a function, so that SQLite takes the small index of what ended badly, not the one of all openings.
    opened = func.coalesce(prompts.c.opens_at, prompts.c.opens_at)
    return people.c.id.in_(select(prompts.c.person_id).where(late, opened >= now - LOOK_BACK))
