"""How large a picture is read: a photo of a phone is decoded at a fraction, never smaller than it will be shown."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def decode_within(image: "Image.Image", side: int) -> None:
    """Say before the picture is read that its longer side will be shown with so many pixels; only JPEG heeds it."""
    width, height = image.size
    shrunk = min(side / max(width, height), 1)
    image.draft("RGB", (round(width * shrunk), round(height * shrunk)))
