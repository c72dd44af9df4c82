"""What somebody sends is known by its content; what runs by itself or grows is refused, and photos tell no place."""

import io
import struct
import zipfile
import zlib

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from bot.reports.incoming import SIDE, Looked, Refusal, look_at

LIMIT = 12_000_000


def picture(form: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, "red").save(made, form, **more)
    return made.getvalue()


def pdf(*lines: str) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made)
    canvas.drawString(72, 720, "hello")
    canvas.save()
    head, mark, tail = made.getvalue().partition(b"/Type /Catalog")
    return head + mark + "".join(lines).encode() + tail


def word(**pieces: bytes) -> bytes:
    made = io.BytesIO()
    Document().save(made)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, data in pieces.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return made.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_written_anew_as_a_small_jpeg(form: str) -> None:
    looked = look_at(picture(form, (4000, 1000)), LIMIT)
    assert isinstance(looked, Looked)
    with Image.open(io.BytesIO(looked.data)) as image:
        assert (looked.kind, image.format, image.size) == ("jpeg", "JPEG", (SIDE, SIDE // 4))


def test_where_a_photo_was_taken_is_not_kept_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "Maker of phones"
    looked = look_at(picture("JPEG", (60, 40), exif=exif), LIMIT)
    assert isinstance(looked, Looked)
    with Image.open(io.BytesIO(looked.data)) as image:
        assert (image.size, dict(image.getexif())) == ((40, 60), {})
    assert b"Maker" not in looked.data


def test_what_shows_through_is_white() -> None:
    looked = look_at(picture("PNG", mode="RGBA"), LIMIT)
    assert isinstance(looked, Looked)
    made = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(made, "PNG")
    clear = look_at(made.getvalue(), LIMIT)
    assert isinstance(clear, Looked)
    with Image.open(io.BytesIO(clear.data)) as image:
        assert image.getpixel((4, 4)) == (255, 255, 255)


def bomb(side: int) -> bytes:
    """Return a small PNG that says of itself that it is enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7000, 12000, 50000])
def test_an_image_bomb_is_refused_unopened(side: int) -> None:
    assert look_at(bomb(side), LIMIT) is Refusal.BOMB


def test_a_broken_photo_is_refused() -> None:
    whole = picture("JPEG", (300, 300))
    assert look_at(whole[: len(whole) // 3], LIMIT) is Refusal.BROKEN
    assert look_at(bomb(100), LIMIT) is Refusal.BROKEN


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Refusal.EMPTY),
        (b"x" * 2_000_001, Refusal.TOO_LARGE),
        (b"<html><script>alert(1)</script>", Refusal.UNKNOWN),
        (b"GIF89a" + b"\0" * 99, Refusal.UNKNOWN),
        (b"\0\0\0\x18ftypheic", Refusal.UNKNOWN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Refusal.UNKNOWN),  # Word of old
        (b"PK\x03\x04rest", Refusal.BROKEN),
        (b"%PDF-1.7 and nothing more", Refusal.BROKEN),
    ],
)
def test_what_is_something_else_is_refused(data: bytes, why: Refusal) -> None:
    assert look_at(data, 2_000_000) is why


def test_a_plain_pdf_is_kept_as_it_is() -> None:
    data = pdf()
    assert look_at(data, LIMIT) == Looked("pdf", data)
    jumps = pdf("/OpenAction [3 0 R /Fit]")  # TeX writes that
    assert look_at(jumps, LIMIT) == Looked("pdf", jumps)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", Refusal.MACROS),
        ("/OpenAction << /S /J#61vaScript /J#53 (1) >>", Refusal.MACROS),
        ("/AA << /O << /S /Launch /F (cmd.exe) >> >>", Refusal.MACROS),
        ("/Names << /EmbeddedFiles 9 0 R >>", Refusal.MACROS),
        ("/Encrypt 9 0 R", Refusal.LOCKED),
    ],
)
def test_a_pdf_that_does_something_is_refused(line: str, why: Refusal) -> None:
    assert look_at(pdf(line), LIMIT) is why


def test_a_script_inside_a_packed_object_is_found() -> None:
    packed = zlib.compress(b"1 0 << /S /JavaScript /JS (x) >>")
    hidden = b"9 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + packed + b"\nendstream endobj\n"
    head, mark, tail = pdf().partition(b"xref")
    assert look_at(head + hidden + mark + tail, LIMIT) is Refusal.MACROS


def test_what_only_looks_like_a_script_in_the_drawing_of_a_page_is_none() -> None:
    data = pdf().replace(b"endstream", b"/JS (x)\nendstream", 1)
    assert isinstance(look_at(data, LIMIT), Looked)


def test_a_word_document_is_kept_and_one_with_macros_is_not() -> None:
    plain = word()
    assert look_at(plain, LIMIT) == Looked("docx", plain)
    assert look_at(word(word__vbaProject_dot_bin=b"x"), LIMIT) is Refusal.MACROS
    assert look_at(word(word__embeddings__a_dot_xlsx=b"x"), LIMIT) is Refusal.MACROS
    rels = b'<Relationship Type="http://x/attachedTemplate" TargetMode="External" Target="http://evil/"/>'
    assert look_at(word(word__x_dot_rels=rels), LIMIT) is Refusal.MACROS
    assert look_at(word(word__big=b"\0" * 100_000_001), LIMIT) is Refusal.BOMB


def test_another_archive_is_no_document() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("a.txt", "x")
    assert look_at(made.getvalue(), LIMIT) is Refusal.UNKNOWN


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"PK\x03\x04"]))
def test_whatever_comes_gets_an_answer(data: bytes, begins: bytes) -> None:
    assert isinstance(look_at(begins + data, LIMIT), Looked | Refusal)
