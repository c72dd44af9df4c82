"""A report of twenty pages and thirty photos becomes a Word document; the same put together by python-docx beside it.

Memory is what the process holds more at its height than before.
"""

import io
import random
import resource
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.shared import Mm
from PIL import Image

from bot.clock import monotonic
from bot.rendering.report_docx import report_docx
from tests.bench.figures import Figure

PHOTOS, PARTS, CHARACTERS = 30, 8, 2000
WITHIN = 10.0
MEGABYTES = 300


def figures(_server: str, photos: int = PHOTOS) -> Iterator[Figure]:
    """Measure without a database."""
    chance = random.Random(1)
    pictures = [(f"{place}.jpg", _photo(chance)) for place in range(photos)]
    text = "今天在实验室学到了很多，也认识了很多朋友。\n" * (CHARACTERS // 20)
    facts: dict[str, Any] = dict.fromkeys(
        ("name", "number", "host", "city", "country", "departs", "returns", "version", "handed_in"), "王雨桐"
    )
    facts["parts"] = [(f"第 {place} 部分", text) for place in range(PARTS)]
    before, begun = _megabytes(), monotonic()
    made = report_docx(facts, pictures)
    taken, more = monotonic() - begun, _megabytes() - before
    begun = monotonic()
    plain = Document()
    for title, words in facts["parts"]:
        plain.add_heading(title)
        for line in words.split("\n"):
            plain.add_paragraph(line)
    for _, data in pictures:
        plain.add_picture(io.BytesIO(data), width=Mm(120))
    plain.save(io.BytesIO())
    peer = monotonic() - begun
    yield Figure(
        f"a report of {PARTS * CHARACTERS:,} characters and {photos} photos as .docx",
        "memory",
        f"{taken:.1f} s, {len(made) / 1e6:.0f} MB, {more:.0f} MB more at its height",
        f"put together by python-docx {peer:.1f} s ({taken / peer:.1f} times)",
        f"within {WITHIN:.0f} s and {MEGABYTES} MB",
        taken <= WITHIN and more < MEGABYTES,
    )


def _photo(chance: random.Random) -> bytes:
    small = Image.frombytes("RGB", (200, 150), chance.randbytes(90_000))
    made = io.BytesIO()
    small.resize((2000, 1500), Image.Resampling.BICUBIC).save(made, "JPEG", quality=85)
    return made.getvalue()


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
