"""The service starts with what a school wrote about duty and policies: each change becomes a version that is kept.

`bot.app` calls `load_settings` at the start; `yanxin check` asks for every mistake at once.
"""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from bot.branches import off as branches_off
from bot.documents import store as documents
from bot.duty import parse as duty_parse
from bot.duty.model import Duty
from bot.engine import alarm_addresses
from bot.engine.duty_rotas import KIND as DUTY
from bot.engine.duty_rotas import load_duty, staff_of
from bot.engine.pushing import look_again
from bot.errors import Mistake, MistakesError, SettingsError
from bot.journal import store as journal
from bot.obligations.parse import rules_in
from bot.opportunities import preparing
from bot.opportunities.preparing import Preparation
from bot.people.store import units
from bot.places.countries import REGIONS, find_country
from bot.policies import parse as policies_parse
from bot.policies import store as policies_store
from bot.policies.model import Policies
from bot.reports import forms as forms_parse
from bot.reports import sections as sections_parse
from bot.reports.forms import OtherForm
from bot.reports.sections import Sections
from bot.settings import Settings
from bot.settings_records import no_word_document


def load_settings(conn: Connection, settings: Settings, now: datetime) -> list[str]:
    """Store what the settings say of duty and policies and who has alarm URLs; return the kinds that changed.

    SettingsError with every mistake, and nothing stored. A number that the roster does not know stops nobody: whose
    turn it would be, nobody is on duty, and the pages and `yanxin check` say so.
    """
    duty, policies = read_duty_and_policies(settings)
    bodies = {}
    if duty != load_duty(conn):
        bodies[DUTY] = duty_parse.to_json(duty)
    if policies != policies_store.current(conn)[1]:
        bodies[policies_store.KIND] = policies_parse.to_json(policies)
    for kind, body in bodies.items():
        version = documents.put(conn, kind, body, now)
        journal.write(conn, [journal.line(now, f"{kind}.loaded", person_id=None, version=version)])
    alarm_addresses.sync(conn, settings.duty.alarm_urls, now)
    branches_off.sync(conn, settings.branches.off_in)
    look_again(conn, now)  # templates of a channel may be new
    return list(bodies)


def read_duty_and_policies(settings: Settings) -> tuple[Duty, Policies]:
    """Return what the settings and the files named there say; SettingsError with every mistake of both."""
    mistakes: list[Mistake] = []
    duty, policies = Duty(), policies_parse.shipped()
    try:
        duty = read_duty(settings)
    except MistakesError as error:
        mistakes += error.mistakes
    try:
        policies = read_policies(settings)
    except MistakesError as error:
        mistakes += error.mistakes
    if mistakes:
        raise SettingsError(mistakes)
    return duty, policies


def read_sections(settings: Settings) -> Sections:
    """Return what a report consists of; SettingsError with every mistake of the file that the settings name."""
    file = settings.reports.file
    templates = {"template": settings.reports.template, "handbook": settings.reports.handbook}
    mistakes = [one for key, name in templates.items() for one in no_word_document(f"[reports] {key}", name)]
    if mistakes:
        raise SettingsError(mistakes)
    return sections_parse.shipped() if not file else _sections_in(file, "[reports] file")


def read_forms(settings: Settings) -> tuple[OtherForm, ...]:
    """Return what else a report is handed in as; SettingsError with every mistake of the file that is named."""
    file, sections = settings.reports.forms, read_sections(settings)
    if not file:
        return forms_parse.shipped(sections)
    try:
        found = forms_parse.parse(Path(file).read_text(encoding="utf-8-sig"), file, sections)
    except (OSError, UnicodeDecodeError, MistakesError) as error:
        raise _unreadable(error, file, "[reports] forms") from None
    mistakes = [one for form in found for one in no_word_document(f"{file}: template", form.template)]
    if mistakes:
        raise SettingsError(mistakes)
    return found


def read_preparations(settings: Settings) -> tuple[Preparation, ...]:
    """Return what is prepared before a last day; SettingsError with every mistake of the file that is named."""
    file = settings.opportunities.prepare
    if not file:
        return preparing.shipped()
    try:
        return preparing.parse(Path(file).read_text(encoding="utf-8-sig"), file)
    except (OSError, UnicodeDecodeError, MistakesError) as error:
        raise _unreadable(error, file, "[opportunities] prepare") from None


def read_study(settings: Settings) -> Sections:
    """Return what a study report consists of; SettingsError with every mistake of that file and of the rules."""
    branches = settings.branches
    try:
        rules_in(branches.rules)
    except (OSError, UnicodeDecodeError, MistakesError) as error:
        raise _unreadable(error, branches.rules, "[branches] rules") from None
    return sections_parse.shipped_study() if not branches.study else _sections_in(branches.study, "[branches] study")


def _sections_in(file: str, where: str) -> Sections:
    try:
        return sections_parse.parse(Path(file).read_text(encoding="utf-8-sig"), file)
    except (OSError, UnicodeDecodeError, MistakesError) as error:
        raise _unreadable(error, file, where) from None


def _unreadable(error: OSError | UnicodeDecodeError | MistakesError, file: str, where: str) -> SettingsError:
    if isinstance(error, MistakesError):
        return SettingsError(error.mistakes)
    if isinstance(error, UnicodeDecodeError):
        return SettingsError([Mistake(where, f"{file!r} is not UTF-8 text", "save it as UTF-8")])
    return SettingsError([Mistake(where, f"{file!r} cannot be read ({error.strerror})", "name a readable file")])


def read_duty(settings: Settings) -> Duty:
    """Return the rotas of the settings; SettingsError with every mistake in them."""
    section = settings.duty
    if section.file and section.rota:
        mend = "keep the rotas in one place"
        raise SettingsError([Mistake("[duty] file", "is named, and there are [[duty.rota]] tables too", mend)])
    values = _values("[duty]", section.file) if section.file else {"rota": list(section.rota)}
    try:
        duty = duty_parse.parse(values, section.file or "[duty]")
    except MistakesError as error:
        raise SettingsError(error.mistakes) from None
    mistakes = _place_faults(duty, section.file or "[duty]")
    if mistakes:
        raise SettingsError(mistakes)
    return duty


def read_policies(settings: Settings) -> Policies:
    """Return the policies of the settings; SettingsError with every mistake in them."""
    section = settings.policies
    if section.file and section.reasons:
        mend = "keep the policies in one place"
        raise SettingsError([Mistake("[policies] file", "is named, and there are tables beside it too", mend)])
    values = _values("[policies]", section.file) if section.file else section.reasons
    try:
        return policies_parse.parse(values, section.file or "[policies]")
    except MistakesError as error:
        raise SettingsError(error.mistakes) from None


def unknown_names(conn: Connection, settings: Settings, duty: Duty) -> list[Mistake]:
    """Return what the settings name and the roster does not know: staff numbers, units, people to wake."""
    source = settings.duty.file or "[duty]"
    mend = "write the number of a counsellor, a coordinator or somebody of the office who is on the roster"
    wanted = sorted({*duty.numbers, *settings.duty.alarm_urls})
    known = staff_of(conn, wanted)
    paths = set(conn.execute(select(units.c.path)).scalars())
    found = []
    for rota in duty.rotas:
        where = f'{source}: rota "{rota.name}"'
        named = {"members": rota.members, "overrides": tuple(one.who for one in rota.overrides)}
        for key, numbers in named.items():
            for number in sorted(set(numbers) - known.keys()):
                found.append(Mistake(f"{where}: {key}", f"{number!r} is no member of staff on the roster", mend))  # noqa: PERF401 - nested deep enough
        for kind, value in rota.scope:
            if kind == "unit" and value not in paths:
                found.append(Mistake(f"{where}: scope", f"there is no unit {value!r}", "write its whole path"))
    for number in sorted(settings.duty.alarm_urls.keys() - known.keys()):
        found.append(Mistake("[duty] alarm_urls", f"{number!r} is no member of staff on the roster", mend))  # noqa: PERF401 - as above
    return found


def _place_faults(duty: Duty, source: str) -> list[Mistake]:
    found = []
    for rota in duty.rotas:
        where = f'{source}: rota "{rota.name}": scope'
        for kind, value in rota.scope:
            if kind == "country" and find_country(value) != value:
                meant = find_country(value)
                mend = f'use "country:{meant}"' if meant else 'write an ISO code, like "country:DE"'
                found.append(Mistake(where, f"{value!r} is no ISO code of a country", mend))
            elif kind == "region" and value not in REGIONS:
                found.append(Mistake(where, f"there is no region {value!r}", f"use one of {', '.join(REGIONS)}"))
    return found


def _values(section: str, file: str) -> dict[str, Any]:
    """Read a file that a section names; SettingsError when it cannot be."""
    try:
        return tomllib.loads(Path(file).read_text(encoding="utf-8-sig"))
    except OSError as error:
        mistake = Mistake(f"{section} file", f"{file!r} cannot be read ({error.strerror})", "name a readable TOML file")
    except UnicodeDecodeError:
        mistake = Mistake(f"{section} file", f"{file!r} is not UTF-8 text", "save it as UTF-8")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        mistake = Mistake(file, f"is not TOML: {error}", "mend that line")
    raise SettingsError([mistake])
