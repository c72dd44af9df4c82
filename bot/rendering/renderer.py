"""Turns a template and its context into a chat message or a page, in the reader's language.

Made once by the wiring and shared by threads. Every word that a person reads is in a template; a name that a template
uses and nobody gave is an error, never a blank.
"""

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, TemplateNotFound

from bot.outbox.model import Rendered
from bot.rendering.catalogues import load
from bot.rendering.chat_syntax import parse_controls, split_source
from bot.rendering.compiled import Compiled
from bot.rendering.filters import for_language

LANGUAGES = ("zh", "en")
_COMPILED_CHAT, _COMPILED_PAGES = Compiled(), Compiled()
_BLANKS = re.compile(r"[ \t]+\n")
_GAPS = re.compile(r"\n{3,}")
_CONTROLS = "#controls"


def templates_folder() -> Path:
    """Return the folder of the templates that ship with the program."""
    return Path(str(files("templates")))


class Renderer:
    """Templates in every language, compiled at first use."""

    def __init__(self, folder: Path | None = None, *, rehearsal: bool = False) -> None:
        """Read the catalogues; `folder` replaces the templates that ship with the program.

        `rehearsal` marks every message and every page as such.
        """
        folder = folder or templates_folder()
        self._chat = {language: _chat_environment(folder, language) for language in LANGUAGES}
        self._pages = {language: _page_environment(folder, language) for language in LANGUAGES}
        for environment in self._pages.values():
            environment.globals["rehearsal"] = rehearsal
        self._marks = {language: self._mark(language) if rehearsal else "" for language in LANGUAGES}
        self._keyboards = {language: self._read_keyboard(language) for language in LANGUAGES}

    def chat(self, template: str, language: str, context: dict[str, Any]) -> Rendered:
        """Render `templates/chat/<template>.txt`; TemplateNotFound or UndefinedError when it cannot be."""
        environment = self._chat[_known(language)]
        name = f"chat/{template}.txt"
        text = environment.get_template(name).render(context)
        controls = parse_controls(environment.get_template(name + _CONTROLS).render(context))
        return Rendered(
            text=self._marks[_known(language)] + _GAPS.sub("\n\n", _BLANKS.sub("\n", text)).strip(),
            buttons=controls.buttons,
            keyboard=self.keyboard(language) if controls.keyboard else None,
            ask_position=controls.ask_position,
            language=_known(language),
        )

    def page(self, template: str, language: str, context: dict[str, Any]) -> str:
        """Render the HTML of `templates/<template>`, everything in it escaped."""
        return self._pages[_known(language)].get_template(template).render(context)

    def keyboard(self, language: str) -> tuple[tuple[str, ...], ...]:
        """Return the labels of the standing keyboard, row by row."""
        return tuple(tuple(row) for row in self._keyboards[_known(language)])

    def keyboard_commands(self) -> dict[str, str]:
        """Return which command each label of the standing keyboard stands for, in every language."""
        return {label: command for rows in self._keyboards.values() for row in rows for label, command in row.items()}

    def check(self) -> int:
        """Compile every template in every language and return how many there are; Jinja's errors when one is wrong."""
        names: set[str] = set()
        for environment in (*self._chat.values(), *self._pages.values()):
            is_chat = isinstance(environment.loader, _ChatLoader)
            for name in environment.list_templates():
                if is_chat:
                    environment.get_template(name + _CONTROLS)
                if is_chat or name.endswith(".html"):
                    environment.get_template(name)
                    names.add(name)
        return len(names)

    def _mark(self, language: str) -> str:
        """Return what stands before every message of a rehearsal."""
        return self._chat[language].get_template("chat/rehearsal.txt").render().rstrip("\n")

    def _read_keyboard(self, language: str) -> list[dict[str, str]]:
        environment = self._chat[language]
        if "chat/keyboard.txt" not in environment.list_templates():
            return []
        text = environment.get_template("chat/keyboard.txt" + _CONTROLS).render()
        rows = parse_controls(text).buttons
        return [{button.label: button.data or "" for button in row} for row in rows]


class _ChatLoader(BaseLoader):
    """Loads a chat template in two halves, so that what a person wrote can never become a button."""

    def __init__(self, folder: Path) -> None:
        self._files = FileSystemLoader(folder)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        name = template.removesuffix(_CONTROLS)
        source, path, is_fresh = self._files.get_source(environment, name)
        if source is None:
            raise TemplateNotFound(name)
        text, controls = split_source(source)
        return controls if template.endswith(_CONTROLS) else text, path, is_fresh

    def list_templates(self) -> list[str]:
        return [name for name in self._files.list_templates() if name.startswith("chat/")]


def _known(language: str) -> str:
    return language if language in LANGUAGES else LANGUAGES[0]


def _chat_environment(folder: Path, language: str) -> Environment:
    environment = Environment(
        loader=_ChatLoader(folder),
        autoescape=False,  # noqa: S701 - chat messages are plain text, not HTML
        undefined=StrictUndefined,
        bytecode_cache=_COMPILED_CHAT,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # an included part ends its line
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.i18n"],
    )
    return _in_language(environment, folder, language)


def _page_environment(folder: Path, language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=_COMPILED_PAGES,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.i18n"],
    )
    return _in_language(environment, folder, language)


def _in_language(environment: Environment, folder: Path, language: str) -> Environment:
    environment.policies["ext.i18n.trimmed"] = True
    translations = load(folder / "locale", language)
    install = environment.install_gettext_translations  # type: ignore[attr-defined]  # the extension adds it
    install(translations, newstyle=True)
    environment.filters.update(for_language(language))
    environment.globals["language"] = language
    return environment
