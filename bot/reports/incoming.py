"""Looks at a photo or a document that somebody sends: what it is by its content, and whether it may be kept.

A photo is written anew: smaller, upright, and without where and with what it was taken. What runs by itself, or grows
when it is opened, is refused with the reason. Whoever calls does so on a thread; Pillow is imported with the first
photo, because a service starts without it.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.reports.pictures import decode_within

if TYPE_CHECKING:
    from PIL import Image

SIDE = 2000
"""Pixels of the longer side of a photo that is kept."""
MOST_PIXELS = 40_000_000
ENDINGS = {"jpeg": "jpg"}
_LONGEST_NAME = 80
_MOST_UNPACKED = 100_000_000
_MOST_PIECES = 2000
_QUALITY = 85


class Refusal(StrEnum):
    """Why something is not kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"  # neither a photo nor a PDF nor a Word document
    BROKEN = "broken"
    BOMB = "bomb"  # it would fill the memory of whoever opens it
    MACROS = "macros"  # it would run something
    LOCKED = "locked"  # encrypted, so that nobody can look into it
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Looked:
    """What may be kept: "jpeg", "pdf" or "docx", and its bytes."""

    kind: str
    data: bytes


def look_at(data: bytes, limit: int) -> Looked | Refusal:
    """Return what is kept of some bytes, or why nothing is."""
    if not data:
        return Refusal.EMPTY
    if len(data) > limit:
        return Refusal.TOO_LARGE
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return _photo(data)
    if b"%PDF-" in data[:1024]:
        return _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _word(data)
    return Refusal.UNKNOWN


def _photo(data: bytes) -> Looked | Refusal:
    from PIL import Image, ImageOps  # noqa: PLC0415 - see above

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                return Refusal.BOMB
            decode_within(image, SIDE)
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((SIDE, SIDE))
            made = io.BytesIO()
            _on_white(upright).save(made, "JPEG", quality=_QUALITY, optimize=True)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return Refusal.BOMB
    except Exception:  # noqa: BLE001 - whatever a decoder stumbles over is a broken picture
        return Refusal.BROKEN
    return Looked("jpeg", made.getvalue())


def _on_white(image: "Image.Image") -> "Image.Image":
    from PIL import Image  # noqa: PLC0415 - see above

    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    ground = Image.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_OBJECTS = re.compile(rb"/ObjStm\b[^>]*>>\s*stream\r?\n(.*?)endstream|/ObjStm.*?stream\r?\n(.*?)endstream", re.DOTALL)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_RUNS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")


def _pdf(data: bytes) -> Looked | Refusal:
    if b"%%EOF" not in data[-2048:]:
        return Refusal.BROKEN
    plain = _STREAM.sub(b"", data)
    inside, total = [plain], 0
    for found in _OBJECTS.finditer(data):
        unpacker = zlib.decompressobj()
        try:
            body = unpacker.decompress(found[1] or found[2] or b"", _MOST_UNPACKED - total)
        except zlib.error:
            body = found[1] or found[2] or b""  # not packed, or packed in a way of its own
        total += len(body)
        if total >= _MOST_UNPACKED:
            return Refusal.BOMB
        inside.append(body)
    names = [_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), body) for body in inside]
    if any(_ENCRYPTED.search(body) for body in names):
        return Refusal.LOCKED
    return Refusal.MACROS if any(_RUNS.search(body) for body in names) else Looked("pdf", data)


def _word(data: bytes) -> Looked | Refusal:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            pieces = packed.infolist()
            if len(pieces) > _MOST_PIECES or sum(one.file_size for one in pieces) > _MOST_UNPACKED:
                return Refusal.BOMB
            names = {one.filename.casefold() for one in pieces}
            if not {"[content_types].xml", "word/document.xml"} <= names:
                return Refusal.UNKNOWN
            if any(one.flag_bits & 1 for one in pieces):
                return Refusal.LOCKED
            types = packed.read("[Content_Types].xml").lower()
            rels = b"".join(packed.read(one).lower() for one in pieces if one.filename.endswith(".rels"))
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, zlib.error, ValueError):
        return Refusal.BROKEN
    embedded = any(name.endswith(".bin") or "/activex/" in name or "/embeddings/" in name for name in names)
    if embedded or b"macroenabled" in types or b"vba" in types or b"attachedtemplate" in rels:
        return Refusal.MACROS
    return Looked("docx", data)


def named(given: str, kind: str) -> str:
    """Return a name without folders and marks that mean something somewhere, with the ending of what it is."""
    last = given.replace("\\", "/").rpartition("/")[2].rpartition(".")
    stem = "".join(mark for mark in (last[0] or last[2]) if mark.isalnum() or mark in " -_()（）").strip()
    return f"{stem[:_LONGEST_NAME] or 'file'}.{ENDINGS.get(kind, kind)}"
