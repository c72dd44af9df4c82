"""Makes two spellings of one name equal, for the look-ups of countries and cities."""

import unicodedata

# Letters that people leave out on a plain keyboard and that Unicode does not take apart.
_LETTERS = str.maketrans(
    {"&": "and", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


def fold(text: str) -> str:
    """Reduce a name to what must agree: letters and digits, without case, accents, width, spaces and points.

    `"São Paulo"`, `"sao-paulo"` and `"ＳＡＯ ＰＡＵＬＯ"` all become `"saopaulo"`. Text without a letter or digit
    becomes `""`.
    """
    apart = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", apart)  # folding case can put letters together again
    return "".join(letter for letter in plain if letter.isalnum())
