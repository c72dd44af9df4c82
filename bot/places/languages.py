"""The two languages in which places are named; used by the other files of this folder."""

from functools import cache

from babel import Locale

_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


@cache
def locale_of(language: str) -> Locale:
    """Give Babel's locale for `"zh"` or `"en"`; ValueError for any other language."""
    if language not in _LOCALES:
        raise ValueError(f"places are named in zh and en, not in {language!r}")
    return Locale.parse(_LOCALES[language])
