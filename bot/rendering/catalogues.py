"""The translations: English stands in the templates, Chinese in the .po files of `templates/locale`.

The files are read as they are when the renderer is made; nothing compiled is kept beside them.
"""

from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

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


@lru_cache(maxsize=4)
def _merged(as_of: tuple[tuple[Path, int], ...]) -> NullTranslations:
    """Merge files as they are at their instants: chat, pages and whoever renders next share the work."""
    merged = Catalog(locale=CHINESE)
    for path, _ in as_of:
        for message in read_catalogue(path):
            if message.id and message.string and not message.fuzzy:
                merged.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)
