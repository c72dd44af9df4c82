"""She looks for opportunities abroad, follows a country, a kind of stay or a host, and says what she is done with."""

from typing import Any

from bot.engine.opportunity_audience import Hours, values_of
from bot.engine.opportunity_deeds import follow_by, may_she, remind, settle, unfollow
from bot.engine.opportunity_telling import SHOWN, said
from bot.opportunities import interests, store
from bot.opportunities.model import Follows, Standing
from bot.places.countries import find_country
from bot.roster.codes import TRIP_TYPES
from bot.roster.columns import folded
from bot.views.opportunities import Wanted, catalogue, one_of
from handlers.context import Chat
from handlers.links_made import plan_link

LONGEST = 100
_OFFERED = 6
_ID_DIGITS = 18
_CODE = 3
_NOISE = frozenset({"a", "an", "the", "in", "to", "at", "of", "for", "and", "or", "with", "i", "go"})
"""Words that say nothing of what is looked for."""
_STATES = {"done": Standing.DONE, "not": Standing.NOT_MINE}


def asked(chat: Chat, rest: str = "") -> None:
    """Show what is open; words behind the command narrow it to a country, a kind of stay, a partner or a word."""
    if not chat.is_student:
        _say(chat, "not_student", console=f"{chat.services.settings.service.url}/console/opportunities")
        return
    words = " ".join(rest.split())[:LONGEST]
    wanted = wanted_in(words)
    found = [one.opportunity for one in catalogue(chat.conn, chat.now, wanted) if one.is_open]
    found = [one for one in found if may_she(chat.conn, chat.person.id, one)]
    named = {Follows.COUNTRY.value: wanted.country, Follows.TYPE.value: wanted.type}
    follow = next(({"follows": kind, "value": value} for kind, value in named.items() if value), None)
    _say(
        chat,
        "list",
        found=[said(one) for one in found[:SHOWN]],
        more=max(len(found) - SHOWN, 0),
        words=words,
        follow=follow,
        url=f"{_url(chat)}/opportunities",
    )


def wanted_in(text: str) -> Wanted:
    """Understand what she looks for: a country and a kind of stay by any of their names, all else as words."""
    whole_country, whole_type = find_country(text) if text else None, _type_in(text)
    if whole_country or whole_type:
        return Wanted(country=whole_country or "", type=whole_type)
    country = kind = ""
    words = []
    for word in text.split():
        if not country and (found := _country_in(word)):
            country = found
        elif not kind and (found := _type_in(word)):
            kind = found
        elif word.casefold() not in _NOISE:
            words.append(word)
    return Wanted(country=country, type=kind, words=" ".join(words))


def pressed(chat: Chat, value: str) -> bool:
    """Do what a button says, however old; False when it means nothing."""
    if not chat.is_student:
        return False
    head, _, rest = value.partition(":")
    if head == "list" and not rest:
        asked(chat)
    elif head == "mine" and not rest:
        _mine(chat)
    elif head == "drop":
        return _dropped(chat, rest)
    elif head == "follow":
        kind, _, named = rest.partition(":")
        return _followed(chat, kind, named)
    else:
        return _about_one(chat, head, rest)
    return True


def _about_one(chat: Chat, number: str, word: str) -> bool:
    opportunity_id = _id_in(number)
    if opportunity_id is None:
        return False
    one = store.opportunity(chat.conn, opportunity_id)
    if one is None or one.withdrawn_at is not None:
        chat.say("opportunity/gone")
    elif not word:
        _show(chat, opportunity_id)
    elif word in set(Follows):
        kind, value = Follows(word), values_of(one)[Follows(word)]
        held = {(each.follows, each.value): each.id for each in interests.of_person(chat.conn, chat.person.id)}
        if (kind, value) in held:
            _drop(chat, held[kind, value], again=f"opp:{one.id}:{word}")
        else:
            _follow(chat, kind, value)
    elif word == "remind":
        if remind(chat.conn, one.id, chat.person.id, chat.now, hours_of(chat)):
            _settled(chat, opportunity_id)
        else:
            chat.say("opportunity/gone")
    elif word in _STATES:
        settle(chat.conn, one.id, chat.person.id, _STATES[word])
        _settled(chat, opportunity_id, _STATES[word])
    else:
        return False
    return True


def _show(chat: Chat, opportunity_id: int) -> None:
    found = one_of(chat.conn, opportunity_id, chat.now)
    if found is None:
        chat.say("opportunity/gone")
        return
    one = found.opportunity
    heard = store.heard_one(chat.conn, one.id, chat.person.id)
    held = {(each.follows, each.value) for each in interests.of_person(chat.conn, chat.person.id)}
    _say(
        chat,
        "one",
        one=said(one),
        unit=found.unit,
        is_open=found.is_open,
        may=may_she(chat.conn, chat.person.id, one),
        state=heard.state.value if heard is not None and found.is_open else "",
        follows=[
            {"follows": kind.value, "value": value, "on": (kind, value) in held}
            for kind, value in values_of(one).items()
        ],
        url=f"{_url(chat)}/pack/{one.id}",
    )


def _settled(chat: Chat, opportunity_id: int, state: Standing = Standing.WAITING) -> None:
    one = store.opportunity(chat.conn, opportunity_id)
    heard = store.heard_one(chat.conn, opportunity_id, chat.person.id)
    if one is not None:
        next_at = None if heard is None else heard.next_at
        _say(chat, "settled", one=said(one), state=state, next_at=next_at)


def _mine(chat: Chat) -> None:
    held = interests.of_person(chat.conn, chat.person.id)
    _say(
        chat,
        "mine",
        interests=[_plain(one.follows, one.value) | {"id": one.id} for one in held],
        offered=[] if held else _to_follow(chat),
    )


def _to_follow(chat: Chat) -> list[dict[str, Any]]:
    """Return countries and kinds of stay of which something is open, for whoever follows nothing yet."""
    found = [one.opportunity for one in catalogue(chat.conn, chat.now) if one.is_open]
    kinds = (Follows.COUNTRY, Follows.TYPE)
    named = dict.fromkeys((kind, values_of(one)[kind]) for one in found for kind in kinds)
    return [_plain(kind, value) for kind, value in named][:_OFFERED]


def _followed(chat: Chat, kind: str, value: str) -> bool:
    known = {Follows.COUNTRY: find_country(value) == value, Follows.TYPE: value in TRIP_TYPES}
    if kind not in set(Follows) or not known.get(Follows(kind), False):
        return False
    _follow(chat, Follows(kind), value)
    return True


def _follow(chat: Chat, kind: Follows, value: str) -> None:
    found = follow_by(chat.conn, chat.person.id, kind, value, chat.now, hours_of(chat))
    held = interests.of_person(chat.conn, chat.person.id)
    mine = next(one for one in held if (one.follows, one.value) == (kind, value))
    said_of = _plain(kind, value) | {"id": mine.id}
    _say(chat, "followed", interest=said_of, on=True, open=len(found), again="")


def _dropped(chat: Chat, number: str) -> bool:
    interest_id = _id_in(number)
    if interest_id is None:
        return False
    _drop(chat, interest_id, again="")
    return True


def _drop(chat: Chat, interest_id: int, again: str) -> None:
    held = {one.id: one for one in interests.of_person(chat.conn, chat.person.id)}
    one = held.get(interest_id)
    if one is None:
        _mine(chat)
        return
    unfollow(chat.conn, chat.person.id, interest_id)
    if not again and one.follows is not Follows.HOST:
        again = f"opp:follow:{one.follows.value}:{one.value}"
    _say(chat, "followed", interest=_plain(one.follows, one.value), on=False, open=0, again=again)


def hours_of(chat: Chat) -> Hours:
    """Return by which hours students are told."""
    quiet = chat.services.programmes.current(chat.conn).quiet
    return Hours(quiet, chat.services.settings.opportunities.days)


def _say(chat: Chat, template: str, **abroad: Any) -> None:
    chat.say(f"opportunity/{template}", abroad=abroad)


def _plain(kind: Follows, value: str) -> dict[str, Any]:
    return {"follows": kind.value, "value": value}


def _country_in(word: str) -> str | None:
    """Find a country by one word among others: a short one only as a code in capitals, for "in" and "us" are words."""
    is_short = word.isascii() and len(word) <= _CODE and not word.isupper()
    return None if is_short else find_country(word)


def _type_in(text: str) -> str:
    said_so = folded(text)
    names = {folded(name): code for code, also in TRIP_TYPES.items() for name in (code, *also)}
    return names.get(said_so, "")


def _id_in(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS else None


def _url(chat: Chat) -> str:
    return plan_link(chat.conn, chat.services.settings, chat.person.id, chat.real_now)
