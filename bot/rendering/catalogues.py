"""The translations: English stands in the templates, Chinese in the .po files of `templates/locale`.

The files are read as they are when the renderer is made; nothing compiled is kept beside them.
"""

from collections.abc import Sequence
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

CHINESE = "zh_CN"


def read_catalogue(path: Path, locale: str = CHINESE) -> Catalog:
    """Read one .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def catalogue_files(locale_folder: Path, locale: str = CHINESE) -> list[Path]:
    """Return the .po files of a locale, in the order of their names."""
    return sorted((locale_folder / locale).glob("*.po"))


def load(locale_folder: Path, language: str) -> NullTranslations:
    """Return the translations for `zh` (all .po files merged) or `en` (the templates' own words)."""
    if language == "en":
        return NullTranslations()
    return _merged(tuple((path, path.stat().st_mtime_ns) for path in catalogue_files(locale_folder)))


class _Chinese(NullTranslations):
    """The Chinese of English words. It has one form for any number, and no word here needs a context."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__()
        self._words = words

    def gettext(self, message: str) -> str:
        return self._words.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._words.get(msgid1) or super().ngettext(msgid1, msgid2, n)


@lru_cache(maxsize=4)
def _merged(as_of: tuple[tuple[Path, int], ...]) -> NullTranslations:
    """Merge files as they are at their instants: chat, pages and whoever renders next share the work.

    Merged by hand: making a .mo of them in memory and reading that took as long as reading the files.
    """
    words: dict[str, str] = {}
    for path, _ in as_of:
        for message in read_catalogue(path):
            if message.id and message.string and not message.fuzzy:
                words.setdefault(_first(message.id), _first(message.string))
    return _Chinese(words)


def _first(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else text[0]
