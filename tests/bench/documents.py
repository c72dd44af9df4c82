"""A report of twenty pages and thirty photos, and a handbook of a hundred reports with four photos each, become Word
documents; the same report put together by python-docx, and the same handbook, stand beside them.

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
from bot.rendering.handbook_docx import PHOTOS as IN_HANDBOOK
from bot.rendering.handbook_docx import WIDTH, Chapter, handbook_docx
from bot.rendering.report_docx import Photo, report_docx
from tests.bench.figures import Figure

PHOTOS, PARTS, CHARACTERS = 30, 8, 2000
WITHIN = 10.0
MEGABYTES = 300
REPORTS, HANDBOOK_WITHIN = 100, 60.0
A_PART = 20


def figures(_server: str, photos: int = PHOTOS) -> Iterator[Figure]:
    """Measure without a database."""
    chance = random.Random(1)
    pictures = [Photo(f"{place}.jpg", _photo(chance)) for place in range(photos)]
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
    for data in [one.data for one in pictures]:
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

    yield _handbook(facts["parts"], [one.data for one in pictures[:IN_HANDBOOK]])


def _handbook(parts: list[tuple[str, str]], photos: list[bytes]) -> Figure:
    chapters = [
        Chapter(f"国家 {place // 10}", f"大学 {place // 3}", "王雨桐", "牛津", 2026, parts, photos)
        for place in range(REPORTS)
    ]
    before, begun = _megabytes(), monotonic()
    made = handbook_docx("总结手册", "一位同学", chapters)
    taken, more = monotonic() - begun, _megabytes() - before
    begun = monotonic()
    plain = Document()
    for chapter in chapters[:A_PART]:  # its own appending takes longer with each paragraph: a part will do
        plain.add_heading(chapter.writer)
        for title, words in chapter.parts:
            plain.add_heading(title, 2)
            for line in words.split("\n"):
                plain.add_paragraph(line)
        for data in chapter.photos:
            plain.add_picture(io.BytesIO(data), width=WIDTH)
    plain.save(io.BytesIO())
    peer = monotonic() - begun
    return Figure(
        f"a handbook of {REPORTS} reports with {len(photos)} photos each as .docx",
        "memory",
        f"{taken:.1f} s, {len(made) / 1e6:.0f} MB, {more:.0f} MB more at its height",
        f"{A_PART} of them put together by python-docx {peer:.1f} s",
        f"within {HANDBOOK_WITHIN:.0f} s",
        taken <= HANDBOOK_WITHIN,
    )


def _photo(chance: random.Random) -> bytes:
    small = Image.frombytes("RGB", (200, 150), chance.randbytes(90_000))
    made = io.BytesIO()
    small.resize((2000, 1500), Image.Resampling.BICUBIC).save(made, "JPEG", quality=85)
    return made.getvalue()


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
