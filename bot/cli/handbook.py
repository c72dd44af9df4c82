"""`yanxin handbook`: accepted reports whose writers let others read them, as one Word document with photos, and PDF."""

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from bot.cli.context import Command, Tool, pass_tool
from bot.errors import UsageError, YanxinError
from bot.journal import store as journal
from bot.places.countries import country_name, find_country
from bot.rendering.handbook_docx import PHOTOS, Chapter, handbook_docx
from bot.rendering.office import as_pdf, office
from bot.storage.vault import Vault
from bot.trips.model import TripType
from bot.views.experiences import Told, told
from bot.views.report_document import Written, written

_WORDS = {"zh": ("总结手册", "一位同学"), "en": ("Handbook of stays abroad", "A student")}


@click.command("handbook", cls=Command)
@click.option("--country", default="", metavar="XX", help="Only stays in this country, by its ISO code.")
@click.option("--year", type=click.IntRange(2000, 2100), help="Only stays that ended in this year.")
@click.option("--type", "types", multiple=True, type=click.Choice([one.value for one in TripType]))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--pdf/--no-pdf", default=True, help="Beside it a PDF, where LibreOffice is installed.")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.docx")
@pass_tool
def handbook(
    tool: Tool, country: str, year: int | None, types: tuple[str, ...], language: str, out: Path, *, pdf: bool
) -> None:
    """Write accepted reports into one document, those only whose writers have said yes.

    Whoever said "without my name" is "a student" in it. What was written of hosts is not in it.
    """
    code = find_country(country) if country else ""
    if code is None:
        raise UsageError(f"--country {country} is no country; write its ISO code, say GB")
    if out.suffix.lower() != ".docx":
        raise UsageError(f"{out} must end in .docx")
    now, template = tool.clock.now(), tool.settings.reports.handbook
    with tool.database() as database:
        found = database.read(lambda conn: told(conn, code, year or 0, types))
        if not found:
            raise YanxinError("no accepted report of which its writer has said that others may read it")
        taken = database.read(lambda conn: [(one, written(conn, one.report, language)) for one in found])
        vault = Vault(Path(tool.settings.reports.folder), database.keyring)
        chapters = (_chapter(one, text, vault, language) for one, text in taken if text is not None)
        title, nameless = _WORDS[language]
        about = [title, country_name(code, language) if code else "", str(year or "")]
        own = Path(template) if template else None
        document = handbook_docx(" ".join(part for part in about if part), nameless, chapters, own)
        _write(out, document)
        database.write(lambda conn: _note(conn, found, now))
    click.echo(f"Wrote {len(found)} {'report' if len(found) == 1 else 'reports'} into {out}")
    program = office() if pdf else None
    if program is not None:
        _write(out.with_suffix(".pdf"), as_pdf(document, program))
        click.echo(f"The same as PDF: {out.with_suffix('.pdf')}")
    elif pdf:
        click.echo("LibreOffice is not installed, so there is no PDF")


def _chapter(one: Told, text: Written, vault: Vault, language: str) -> Chapter:
    photos = [data for file in text.photos[:PHOTOS] if (data := vault.get(file.digest)) is not None]
    parts = text.facts["parts"]
    country = country_name(one.country, language)
    return Chapter(country, one.host, one.name, one.city, one.year, parts, photos)


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise YanxinError(f"{path} cannot be written ({error.strerror}); name another place") from error


def _note(conn: Connection, found: list[Told], now: datetime) -> None:
    lines = [
        journal.line(now, "report.exported", person_id=one.report.person_id, report=one.report.id, format="handbook")
        for one in found
    ]
    journal.write(conn, lines)
