"""A photo is decoded no larger than needed, and never smaller than it will be shown."""

import io

import pytest
from PIL import Image

from bot.reports.pictures import decode_within


@pytest.mark.parametrize(
    ("kind", "size", "side", "decoded"),
    [
        ("JPEG", (2000, 1500), 1000, (1000, 750)),
        ("JPEG", (1500, 2000), 1000, (750, 1000)),
        ("JPEG", (1900, 1425), 1000, (1900, 1425)),  # a half would be too small
        ("JPEG", (600, 400), 1000, (600, 400)),
        ("PNG", (2000, 1500), 1000, (2000, 1500)),
    ],
)
def test_a_jpeg_is_decoded_at_a_fraction(kind: str, size: tuple[int, int], side: int, decoded: tuple[int, int]) -> None:
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, kind)
    with Image.open(io.BytesIO(made.getvalue())) as image:
        decode_within(image, side)
        image.load()
        assert image.size == decoded
