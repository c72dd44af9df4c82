"""The handbook 总结手册: many reports as one illustrated Word document, by country and host.

Its fields are those of Jinja, as `docxtpl` reads them: title, count, and countries, each with name and hosts, each with
name and reports, each with writer, place, year, parts (title and lines) and photos. A school may use a template of its
own. `bot.cli.handbook` calls this.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment
from PIL import Image

from bot.errors import YanxinError
from bot.rendering.renderer import templates_folder
from bot.rendering.report_docx import plain
from bot.reports.pictures import decode_within

PHOTOS = 4
"""How many photos of one report the handbook shows."""
SIDE = 1000
"""Pixels of their longer side."""
WIDTH = Mm(95)


@dataclass(frozen=True)
class Chapter:
    """One report as the handbook shows it; `photos` are bytes of JPEGs, `writer` is empty for whoever wants that."""

    country: str
    host: str
    writer: str
    place: str
    year: int
    parts: Sequence[tuple[str, str]]
    photos: Sequence[bytes] = ()


def handbook_docx(title: str, nameless: str, chapters: Iterable[Chapter], template: Path | None = None) -> bytes:
    """Return the document; YanxinError when the template cannot be filled in. `nameless` stands for a missing name."""
    path = template or templates_folder() / "reports" / "handbook.docx"
    try:
        document = DocxTemplate(path)
        document.init_docx()
        countries: list[dict[str, Any]] = []
        count = 0
        for chapter in chapters:
            count += 1
            country, host = plain(chapter.country), plain(chapter.host)
            if not countries or countries[-1]["name"] != country:
                countries.append({"name": country, "hosts": []})
            hosts = countries[-1]["hosts"]
            if not hosts or hosts[-1]["name"] != host:
                hosts.append({"name": host, "reports": []})
            hosts[-1]["reports"].append(_filled(document, chapter, nameless))
        filled = {"title": plain(title), "count": count, "countries": countries}
        document.render(filled, jinja_env=SandboxedEnvironment(autoescape=True))
    except TemplateError as error:
        raise YanxinError(f"{path}: a field cannot be filled in ({error}); mend the template") from None
    except (BadZipFile, KeyError, OSError, ValueError) as error:
        raise YanxinError(f"{path} is no Word document that can be filled in ({type(error).__name__})") from None
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _filled(document: DocxTemplate, chapter: Chapter, nameless: str) -> dict[str, Any]:
    photos = [_small(one) for one in chapter.photos[:PHOTOS]]
    return {
        "writer": plain(chapter.writer) or nameless,
        "place": plain(chapter.place),
        "year": chapter.year,
        "parts": [{"title": plain(title), "lines": plain(text).split("\n")} for title, text in chapter.parts],
        "photos": [InlineImage(document, io.BytesIO(one), width=WIDTH) for one in photos],
    }


def _small(photo: bytes) -> bytes:
    with Image.open(io.BytesIO(photo), formats=("JPEG",)) as image:
        decode_within(image, SIDE)
        image.thumbnail((SIDE, SIDE))
        made = io.BytesIO()
        image.convert("RGB").save(made, "JPEG", quality=80)
    return made.getvalue()
