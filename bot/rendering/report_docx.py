"""A report as a Word document: a .docx whose fields are filled in, the one that is shipped or one of the school.

The fields are those of Jinja, as `docxtpl` reads them: form (what it is called in the form of others, else empty),
name, number, host, city, country, departs, returns, version, handed_in, parts (each with title, lines and photos),
photos (each with image and name) and other_photos, which stand in no part. Commands call this, and pages on a thread;
the library is imported with the first document, because a service starts without it.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from bot.errors import YanxinError
from bot.rendering.renderer import templates_folder

WIDTH = 120
"""How wide a photo stands on the page, in millimetres."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Photo:
    """The bytes of a JPEG, what it is called, and the title of the part in which it stands, if it stands in one."""

    name: str
    data: bytes
    part: str = ""


def report_docx(facts: dict[str, Any], photos: Sequence[Photo], template: Path | None = None) -> bytes:
    """Return the document; YanxinError when the template cannot be filled in.

    `facts["parts"]` are pairs of title and text.
    """
    from docx.shared import Mm  # noqa: PLC0415 - see above
    from docxtpl import DocxTemplate, InlineImage  # noqa: PLC0415 - see above

    path = template or templates_folder() / "reports" / "report.docx"
    try:
        document = DocxTemplate(path)
        document.init_docx()
        filled = {name: plain(value) for name, value in facts.items() if name != "parts"}
        shown = [
            (one.part, {"image": InlineImage(document, io.BytesIO(one.data), width=Mm(WIDTH)), "name": plain(one.name)})
            for one in photos
        ]
        filled["parts"] = [
            {
                "title": plain(title),
                "lines": plain(text).split("\n"),
                "photos": [photo for part, photo in shown if part == title],
            }
            for title, text in facts["parts"]
        ]
        titles = {title for title, _ in facts["parts"]}
        filled["photos"] = [photo for _, photo in shown]
        filled["other_photos"] = [photo for part, photo in shown if part not in titles]
        document.render(filled, jinja_env=SandboxedEnvironment(autoescape=True))
    except TemplateError as error:
        raise YanxinError(f"{path}: a field cannot be filled in ({error}); mend the template") from None
    except (BadZipFile, KeyError, OSError, ValueError) as error:
        raise YanxinError(f"{path} is no Word document that can be filled in ({type(error).__name__})") from None
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def plain(value: Any) -> Any:
    """Return a text without marks that a document cannot hold; anything else as it is."""
    return _NO_XML.sub("", value) if isinstance(value, str) else value
