"""The card of numbers: a picture as wide as a phone shows it, with every line on it, however long."""

import io

from PIL import Image

from bot.rendering.card_png import WIDTH, draw_card

TEXT = (
    "需要帮助时：柏林\n# 先打\n德国：报警拨 110，急救、火警拨 112\n# 外交部领事保护热线，24 小时\n+86-10-12308 (12308)"
)


def size(text: str) -> tuple[int, int]:
    with Image.open(io.BytesIO(draw_card(text))) as image:
        image.verify()
        return image.size


def test_it_is_a_png_of_the_width_of_a_phone() -> None:
    assert draw_card(TEXT).startswith(b"\x89PNG")
    assert size(TEXT)[0] == WIDTH
    assert len(draw_card(TEXT)) < 200_000


def test_long_lines_are_wrapped_and_make_it_higher() -> None:
    assert size(TEXT + "\n# Insurer\n" + "Call the number on the back of your policy " * 3)[1] > size(TEXT)[1] + 200
    assert size("A" * 300)[1] > size("A")[1]
