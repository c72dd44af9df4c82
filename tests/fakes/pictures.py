"""Photos and documents as people send them, made here."""

import io

from PIL import Image


def a_photo(width: int = 40, height: int = 30) -> bytes:
    """Return a small JPEG."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), "#2a6f5e").save(made, "JPEG")
    return made.getvalue()


def a_bomb() -> bytes:
    """Return a PNG that would fill a memory when it is opened."""
    made = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(made, "PNG")
    return made.getvalue()


PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PDF_THAT_RUNS = PDF.replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>")
