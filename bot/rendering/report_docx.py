"""A report as a Word document: a .docx whose fields are filled in, the one that is shipped or one of the school.

The fields are those of Jinja, as `docxtpl` reads them: name, number, host, city, country, departs, returns, version,
handed_in, parts (each with title and lines) and photos (each with image and name). `bot.cli.reports` calls this.
"""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from bot.errors import YanxinError
from bot.rendering.renderer import templates_folder

WIDTH = Mm(120)
"""How wide a photo stands on the page."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def report_docx(facts: dict[str, Any], photos: Sequence[tuple[str, bytes]], template: Path | None = None) -> bytes:
    """Return the document; YanxinError when the template cannot be filled in.

    `facts["parts"]` are pairs of title and text; `photos` pairs of name and the bytes of a JPEG.
    """
    path = template or templates_folder() / "reports" / "report.docx"
    try:
        document = DocxTemplate(path)
        document.init_docx()
        filled = {name: plain(value) for name, value in facts.items() if name != "parts"}
        filled["parts"] = [{"title": plain(title), "lines": plain(text).split("\n")} for title, text in facts["parts"]]
        filled["photos"] = [
            {"image": InlineImage(document, io.BytesIO(data), width=WIDTH), "name": plain(name)}
            for name, data in photos
        ]
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
