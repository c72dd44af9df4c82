"""`yanxin check`: is everything in order to run? It changes nothing."""

from collections.abc import Callable
from pathlib import Path

import click
from jinja2 import TemplateError, TemplateSyntaxError
from sqlalchemy.exc import SQLAlchemyError

from bot.app import make_channels
from bot.cli.context import Command, Tool, pass_tool
from bot.duty.model import Duty
from bot.errors import Mistake, MistakesError, SettingsError, UsageError, YanxinError
from bot.places.countries import is_country
from bot.rendering.renderer import LANGUAGES, Renderer
from bot.sealed import Keyring
from bot.settings import Settings
from bot.storage.engine import make_engine, parse_url
from bot.storage.keys import read_keys
from bot.storage.migrate import Standing, standing
from bot.storage.opening import holds_rows, sqlite_file
from handlers.programme_loaded import check as check_programme
from handlers.programme_loaded import seed_text
from handlers.settings_loaded import (
    read_duty,
    read_forms,
    read_policies,
    read_preparations,
    read_sections,
    unknown_names,
)


@click.command("check", cls=Command)
@pass_tool
def check(tool: Tool) -> None:
    """Check settings, channels, database, templates, programme, duty, policies and more; changes nothing."""
    settings = tool.settings  # wrong settings end here, with exit code 2
    click.echo("settings: sound")
    looks = (
        ("channels", _channels),
        ("database", _database),
        ("templates", _templates),
        ("programme", _programme),
        ("duty", _duty),
        ("policies", _policies),
        ("reports", _reports),
        ("opportunities", _opportunities),
        ("branches", _branches),
    )
    errors = [error for name, look in looks if (error := _report(name, look, settings)) is not None]
    if any(isinstance(error, UsageError) for error in errors):
        raise UsageError("The settings are not in order, see above.")
    if errors:
        raise YanxinError("Something is not in order, see above.")


def _report(name: str, look: Callable[[Settings], str], settings: Settings) -> YanxinError | None:
    """Print what a look found; return what is wrong."""
    try:
        click.echo(f"{name}: {look(settings)}")
    except YanxinError as error:
        lines = [str(mistake) for mistake in error.mistakes] if isinstance(error, MistakesError) else [str(error)]
        for line in lines:
            click.echo(f"{name}: {line}", err=True)
        return error
    return None


def _channels(settings: Settings) -> str:
    made = make_channels(settings)
    return ", ".join(channel.name for channel in made) or "none is enabled, so nobody can be asked"


def _database(settings: Settings) -> str:
    url, keys = parse_url(settings.database.url), Path(settings.security.key_file)
    file = sqlite_file(url)
    if keys.exists():
        read_keys(keys)
    if file is not None and not file.exists():
        return f"{file} will be made at the first start"
    try:
        if not keys.exists() and holds_rows(url):
            raise UsageError(f"[security] key_file {keys} is missing, but the database holds rows")
        engine = make_engine(url, Keyring([Keyring.new_key()]), pool_size=1)
        try:
            state = standing(engine)
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        first = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise YanxinError(f"{url.render_as_string(hide_password=True)} cannot be used: {first}") from None
    if state is Standing.NEWER:
        raise YanxinError("it was written by a newer Yanxin; run that version, or restore a backup")
    if state is not Standing.CURRENT and file is None:
        raise YanxinError("it is not migrated to this version yet; run `yanxin migrate`")
    return "up to date" if state is Standing.CURRENT else "will be migrated at the next start"


def _templates(_settings: Settings) -> str:
    try:
        count = Renderer().check()
    except TemplateError as error:
        place = f"{error.name}:{error.lineno}: " if isinstance(error, TemplateSyntaxError) else ""
        raise YanxinError(f"{place}{error}") from None
    return f"{count} compile, in {' and '.join(LANGUAGES)}"


def _programme(settings: Settings) -> str:
    text, source = seed_text(settings)
    return f"{source} asks {', '.join(item.key for item in check_programme(text, source).items)}"


def _duty(settings: Settings) -> str:
    duty = read_duty(settings)
    unknown = _unknown(settings, duty)
    if unknown:
        raise SettingsError(unknown)
    woken = len(settings.duty.alarm_urls)
    rotas = ", ".join(rota.name for rota in duty.rotas) or "no rota, so nobody is ever on duty"
    return f"{rotas}; alarm URLs of {woken}"


def _unknown(settings: Settings, duty: Duty) -> list[Mistake]:
    """Ask the roster for the names in the settings, where there is one that can be read."""
    url, keys = parse_url(settings.database.url), Path(settings.security.key_file)
    file = sqlite_file(url)
    if not keys.exists() or (file is not None and not file.exists()):
        return []
    engine = make_engine(url, read_keys(keys), pool_size=1)
    try:
        if standing(engine) is not Standing.CURRENT:
            return []
        with engine.connect() as conn:
            return unknown_names(conn, settings, duty)
    except SQLAlchemyError:
        return []  # the look at the database has said so
    finally:
        engine.dispose()


def _policies(settings: Settings) -> str:
    policies = read_policies(settings)
    return f"for {', '.join(policies.of)}"


def _reports(settings: Settings) -> str:
    forms = [one.key for one in read_forms(settings)]
    return f"of {', '.join(read_sections(settings).keys)}; also as {', '.join(forms) or 'nothing else'}"


def _branches(settings: Settings) -> str:
    off = settings.branches.off_in
    unknown = [code for code in off if not is_country(code)]
    if unknown:
        mend = "write the two letters of ISO 3166-1, say DE"
        raise SettingsError([Mistake("[branches] off_in", f"{code!r} is no country", mend) for code in unknown])
    return f"in every country but {', '.join(off)}" if off else "in every country"


def _opportunities(settings: Settings) -> str:
    return f"to prepare: {', '.join(one.key for one in read_preparations(settings)) or 'nothing'}"
