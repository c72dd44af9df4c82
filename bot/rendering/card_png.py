"""The card that works without a network: numbers to dial, as a picture that a phone keeps among its photos.

The words come from a template: its first line is the title, a line that begins with "# " says what the lines below it
are. Called by the page of the card, and by delivery where a channel shows pictures: many go to the same city. Both
call it on a thread; Pillow is imported with the first card, because a service starts without it.
"""

import io
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont

WIDTH = 1080
"""Pixels, as wide as a phone shows a picture."""
_MARGIN = 72
_TITLE, _LABEL, _VALUE = 60, 38, 58
_GROUND, _BAND, _INK, _SOFT = "#ffffff", "#0f4c5c", "#111827", "#4b5563"
_LABEL_MARK = "# "


@lru_cache(maxsize=32)
def draw_card(text: str) -> bytes:
    """Return a PNG of the card."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - see above

    title, *lines = [line.strip() for line in text.splitlines() if line.strip()]
    pieces = [(piece, _TITLE) for piece in _wrapped(title, _TITLE)]
    band = 2 * _MARGIN + len(pieces) * _leading(_TITLE)
    placed: list[tuple[str, int, str, int]] = []
    top = band + _MARGIN // 2
    for line in lines:
        is_label = line.startswith(_LABEL_MARK)
        size, colour = (_LABEL, _SOFT) if is_label else (_VALUE, _INK)
        top += _MARGIN // 2 if is_label else 0
        for piece in _wrapped(line.removeprefix(_LABEL_MARK), size):
            placed.append((piece, size, colour, top))
            top += _leading(size)
    image = Image.new("RGB", (WIDTH, top + _MARGIN), _GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, band), fill=_BAND)
    for number, (piece, size) in enumerate(pieces):
        at = (_MARGIN, _MARGIN + number * _leading(size))
        draw.text(at, piece, font=_font(size), fill=_GROUND, stroke_width=1, stroke_fill=_GROUND)
    for piece, size, colour, down in placed:
        stroke = 1 if size == _VALUE else 0
        draw.text((_MARGIN, down), piece, font=_font(size), fill=colour, stroke_width=stroke, stroke_fill=colour)
    made = io.BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()


def _leading(size: int) -> int:
    return size * 3 // 2


def _wrapped(text: str, size: int) -> list[str]:
    """Cut a line where it does not fit any more, at a blank where there is one near."""
    font, most = _font(size), WIDTH - 2 * _MARGIN
    found, rest = [], text
    while font.getlength(rest) > most:
        fits = next(count for count in range(len(rest), 0, -1) if font.getlength(rest[:count]) <= most)
        blank = rest.rfind(" ", fits // 2, fits + 1)
        cut = blank if blank > 0 else fits
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest]


@cache
def _font(size: int) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415 - see above

    with as_file(files("bot.rendering").joinpath("fonts/NotoSansSC-Regular.ttf")) as file:
        return ImageFont.truetype(io.BytesIO(file.read_bytes()), size)
