"""How a name is found and ordered: its characters, its pinyin, its initials, and a surname that reads two ways.

Called by the table of people whenever a name is stored, and by the list of people for what somebody types. The only
file that knows pypinyin.
"""

import re
import unicodedata
from functools import lru_cache

LONGEST_ORDER = 200
LONGEST_KEYS = 800
"""Characters that are kept: an index row of PostgreSQL holds no more than three times as many bytes."""
_PARTS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W_]+")
_MOST_PARTS = 12
_SURNAMES = {
    "万俟": "moqi", "尉迟": "yuchi", "长孙": "zhangsun", "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu",
    "区": "ou", "查": "zha", "朴": "piao", "盖": "ge", "任": "ren", "华": "hua", "翟": "zhai", "种": "chong",
    "乐": "yue", "召": "shao", "缪": "miao", "员": "yun", "洗": "xian", "折": "she", "尹": "yin", "那": "na",
    "覃": "qin", "卜": "bu", "宁": "ning", "都": "du", "重": "chong", "黑": "he", "秘": "bi", "繁": "po", "燕": "yan",
}  # fmt: skip
"""How a character is read as a surname, where that is not how it is read elsewhere, or might not be."""


def plain(text: str) -> str:
    """Reduce what somebody typed, or a number, to letters and digits without case, accents, width and blanks."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in apart if letter.isalnum())


def order_of(name: str) -> str:
    """Return what a name is sorted by: its pinyin, the surname first, as a telephone book has it."""
    return " ".join(_read(_parts(name)))[:LONGEST_ORDER]


def keys_of(name: str, number: str) -> str:
    """Return everything that finds a person, each key after a blank: what is typed is the beginning of one.

    王雨桐 is found by 王, 雨桐, wangyutong, yutong, wyt and yutongwang; 单小雨 by shan, dan and chan.
    """
    parts = _parts(name)[:_MOST_PARTS]
    found = dict.fromkeys([plain(number), plain(name)])
    for sounds in _readings(parts):
        for start in range(len(parts)):
            found["".join(sounds[start:])] = None
            found["".join(sound[0] for sound in sounds[start:])] = None
        found["".join((*sounds[1:], *sounds[:1]))] = None  # as a passport has it, the surname last
    found |= dict.fromkeys("".join(parts[start:]) for start in range(len(parts)))
    found |= {key.replace("v", "u"): None for key in found if "v" in key}  # 吕 is typed lv, lu and lü
    return f" {' '.join(key for key in found if key)}"[:LONGEST_KEYS]


def _parts(name: str) -> list[str]:
    return [plain(part) for part in _PARTS.findall(unicodedata.normalize("NFKC", name)) if plain(part)]


def _read(parts: list[str]) -> list[str]:
    """Return the reading that a name has, the surname as a surname."""
    pair = "".join(parts[:2])
    if pair in _SURNAMES:
        return [_SURNAMES[pair], *(_sounds(part)[0] for part in parts[2:])]
    return [
        _SURNAMES.get(part, _sounds(part)[0]) if place == 0 else _sounds(part)[0] for place, part in enumerate(parts)
    ]


def _readings(parts: list[str]) -> list[list[str]]:
    """Return that reading, and those that the first character can have beside it."""
    first = _read(parts)
    every = [_sounds(part)[0] for part in parts]
    others = [[sound, *every[1:]] for sound in (_sounds(parts[0]) if parts else ())]
    return [first, *(reading for reading in others if reading != first)]


@lru_cache(maxsize=8192)
def _sounds(part: str) -> tuple[str, ...]:
    """Return how one character can be read, the usual reading first; a word of letters is read as it is."""
    if len(part) > 1:
        return (part,)
    from pypinyin import Style, lazy_pinyin, pinyin  # noqa: PLC0415 - reads its tables for a third of a second

    usual = lazy_pinyin(part)
    every = pinyin(part, style=Style.NORMAL, heteronym=True)[0]
    return tuple(dict.fromkeys(plain(sound) or part for sound in (*usual, *every)))
