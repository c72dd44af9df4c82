"""Somebody loads a programme: a new version is stored and everybody is planned anew. An empty database gets its first.

The command `programme load` and the page call `start_load` and then plan in slices; who has a database alone calls
`load_programme`. The start of the service and of the demo calls `seed`.
"""

import hashlib
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.engine import programme_replan
from bot.engine.replanning import PlanCount
from bot.errors import Mistake, MistakesError, SettingsError
from bot.journal import store as journal
from bot.places.countries import find_country
from bot.programmes import store
from bot.programmes.model import Programme, Recurring
from bot.programmes.parse import parse
from bot.programmes.versions import Programmes, default_text
from bot.settings import Settings


def start_load(
    conn: Connection,
    text: str,
    now: datetime,
    programmes: Programmes,
    actor_id: int | None = None,
    source: str = "programme",
) -> tuple[int, bool]:
    """Make a TOML text the running version from now on; everybody is planned by `programme_replan.go_on` afterwards.

    MistakesError, and nothing stored, when it is wrong. Returns the number of the version that runs, and whether it is
    new: False when the text is the running one already. Questions on their way keep the ladder of their own version.
    """
    check(text, source)
    latest = store.latest_id(conn)
    if latest is not None and store.text_of(conn, latest) == text:
        return latest, False
    programme_replan.finish(conn, programmes)
    version_id = _add(conn, text, now, actor_id)
    programme_replan.begin(conn, version_id, now)
    return version_id, True


def load_programme(
    conn: Connection,
    text: str,
    now: datetime,
    programmes: Programmes,
    actor_id: int | None = None,
    source: str = "programme",
) -> tuple[int, PlanCount | None]:
    """Do both in one transaction, where nobody else waits to write; return the version and what changed.

    None for the latter when the text is the running one already.
    """
    version_id, is_new = start_load(conn, text, now, programmes, actor_id, source)
    return version_id, programme_replan.finish(conn, programmes) if is_new else None


def has_programme(conn: Connection) -> bool:
    """Tell whether a programme was ever loaded."""
    return store.latest_id(conn) is not None


def seed(conn: Connection, settings: Settings, now: datetime) -> int | None:
    """Give a database without a programme its first: the file of the settings, else the shipped one.

    Returns the version's number, None where there is a programme already. SettingsError when the file cannot be read,
    MistakesError when it is wrong.
    """
    if has_programme(conn):
        return None
    text, source = seed_text(settings)
    check(text, source)
    return _add(conn, text, now, actor_id=None)


def seed_text(settings: Settings) -> tuple[str, str]:
    """Return the text that seeds an empty database and the name of its source; SettingsError when it cannot be read."""
    named = settings.programme.file
    if not named:
        return default_text(), "the shipped programme"
    try:
        return Path(named).read_text(encoding="utf-8-sig"), named
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error.strerror})"
        mistake = Mistake("[programme] file", f"{named!r} {why}", "name a readable TOML file")
        raise SettingsError([mistake]) from None


def check(text: str, source: str = "programme") -> Programme:
    """Return the programme that a text describes (as version 0); MistakesError with every mistake."""
    programme = parse(text, 0, source)
    mistakes: list[Mistake] = []
    for item in programme.items:
        lists = {"audience.countries": item.audience.countries}
        if isinstance(item.when, Recurring):
            lists["when.often_in"] = item.when.often_in
        for place, codes in lists.items():
            where = f'{source}: item "{item.key}" {place}'
            mistakes += [_no_country(where, code) for code in codes if find_country(code) != code]
    if mistakes:
        raise MistakesError(mistakes)
    return programme


def _no_country(where: str, code: str) -> Mistake:
    meant = find_country(code)
    return Mistake(where, f"{code!r} is no ISO code of a country", f"use {meant!r}" if meant else "look it up")


def _add(conn: Connection, text: str, now: datetime, actor_id: int | None) -> int:
    version_id = store.add(conn, text, hashlib.sha256(text.encode()).hexdigest(), now)
    line = journal.line(now, "programme.loaded", person_id=None, actor_id=actor_id, version=version_id)
    journal.write(conn, [line])
    return version_id
