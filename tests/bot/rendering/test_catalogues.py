"""Every word of every template is translated, once, with the same placeholders; nothing stale is kept."""

import re
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from jinja2.ext import babel_extract

from bot.rendering.catalogues import catalogue_files, load, read_catalogue
from bot.rendering.renderer import templates_folder

TEMPLATES = templates_folder()
FILES = catalogue_files(TEMPLATES / "locale")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _used() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted([*TEMPLATES.rglob("*.txt"), *TEMPLATES.rglob("*.html")]):
        for text in _words_of(path):
            found.setdefault(text, []).append(path.relative_to(TEMPLATES).as_posix())
    return found


def _words_of(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        extracted = babel_extract(file, ("_", "gettext", "ngettext"), (), {"trimmed": "true", "silent": "false"})
        for _line, _function, message, _comments in extracted:
            texts = message if isinstance(message, tuple | list) else [message]
            first = texts[0]
            assert isinstance(first, str), f"{path}: the words must stand in the template, not in a variable"
            yield first


def _entries() -> dict[str, list[tuple[Path, Message]]]:
    found: dict[str, list[tuple[Path, Message]]] = {}
    for path in FILES:
        for message in read_catalogue(path):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                found.setdefault(key, []).append((path, message))
    return found


def test_there_are_words_and_translations() -> None:
    assert len(_used()) > 100
    assert any(path.name == "chat.po" for path in FILES)


def test_every_word_is_translated() -> None:
    entries = _entries()
    missing = {
        text: where
        for text, where in _used().items()
        if text not in entries or not all(message.string for _, message in entries[text])
    }
    assert not missing


def test_nothing_is_kept_that_no_template_says() -> None:
    used = _used()
    assert not [(path.name, text) for text, found in _entries().items() if text not in used for path, _ in found]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_translation_is_fuzzy_or_obsolete(path: Path) -> None:
    catalogue = read_catalogue(path)
    assert not [message.id for message in catalogue if message.id and message.fuzzy]
    assert not catalogue.obsolete


def test_a_word_has_one_translation_in_all_files() -> None:
    differing = {
        text: [str(message.string) for _, message in found]
        for text, found in _entries().items()
        if len({str(message.string) for _, message in found}) > 1
    }
    assert not differing


def test_no_chat_message_asks_for_a_tap() -> None:
    """In WeCom, WeChat and DingTalk there is mostly nothing to tap."""
    tap = re.compile(r"\btap\b|\bone press\b", re.IGNORECASE)
    chats = [text for text, paths in _used().items() if any(path.startswith("chat/") for path in paths)]
    assert not [text for text in chats if tap.search(text)]


def test_placeholders_agree() -> None:
    for text, found in _entries().items():
        for path, message in found:
            translations = [message.string] if isinstance(message.string, str) else message.string
            for translated in translations or ():
                # A language without plurals may leave the number to the sentence, never a name that is not there.
                assert set(PLACEHOLDER.findall(translated)) == set(PLACEHOLDER.findall(text)), f"{path.name}: {text}"


def test_loading_gives_chinese_and_leaves_english() -> None:
    assert load(TEMPLATES / "locale", "zh").gettext("Fine") == "平安"
    assert load(TEMPLATES / "locale", "en").gettext("Fine") == "Fine"


def test_what_is_loaded_is_what_babel_would_compile() -> None:
    merged, file = Catalog(locale="zh_CN"), BytesIO()
    for path in FILES:
        for message in read_catalogue(path):
            assert message.context is None, f"{path.name}: {message.id} has a context, which nothing here looks at"
            if message.id:
                merged.add(message.id, message.string)
    write_mo(file, merged)
    file.seek(0)
    theirs, ours = GNUTranslations(file), load(TEMPLATES / "locale", "zh")
    for message in merged:
        if not message.id:
            continue  # the head of the file
        if isinstance(message.id, str):
            assert ours.gettext(message.id) == theirs.gettext(message.id)
        else:
            one, many = message.id
            assert [ours.ngettext(one, many, n) for n in (1, 2)] == [theirs.ngettext(one, many, n) for n in (1, 2)]
    assert [ours.ngettext("%(num)s no", "%(num)s noes", n) for n in (1, 2)] == ["%(num)s no", "%(num)s noes"]
