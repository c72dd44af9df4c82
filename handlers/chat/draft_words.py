"""How the chat speaks of a report, which differs by its form: a study report is a branch matter and stays discreet."""

from typing import Any

from bot.engine.study_begun import newest_study, study_of
from bot.reports import store
from bot.reports.model import WRITABLE, Form, Report
from bot.reports.rules import belongs
from bot.reports.sections import Sections
from handlers.context import Chat
from handlers.links_made import mine_link, report_link
from handlers.report_begun import current_report

FOLDERS = {Form.STAY: "report", Form.STUDY: "study"}
"""The templates of each form."""


def say(chat: Chat, report: Report, name: str, **data: Any) -> None:
    """Reply about a report."""
    chat.say(f"{FOLDERS[report.form]}/{name}", **data)


def may_write(chat: Chat, form: Form) -> bool:
    """Tell whether a report of this form may be written here at all."""
    return form is Form.STAY or chat.channel in chat.services.settings.branches.channels


def found(chat: Chat, form: Form) -> Report | None:
    """Return the report of a form that she writes now; begun if need be."""
    if not chat.is_student:
        return None
    if form is Form.STAY:
        return current_report(chat.conn, chat.person, chat.services)
    return study_of(chat.conn, chat.person.id, chat.now)


def reports_here(chat: Chat) -> list[Report]:
    """Return the reports of hers that may be written here, without beginning one."""
    if not chat.is_student:
        return []
    study = newest_study(chat.conn, chat.person.id) if may_write(chat, Form.STUDY) else None
    return [*store.of_person(chat.conn, chat.person.id), *([] if study is None else [study])]


def written_now(chat: Chat) -> Report | None:
    """Return the report at which she is: what she says belongs to it, or may."""
    writable = [one for one in reports_here(chat) if one.stage in WRITABLE and one.section]
    at_them = [one for one in writable if belongs(one, chat.now) is not False]
    return max(at_them, key=lambda one: one.said_at or chat.now, default=None)


def sections(chat: Chat, report: Report) -> Sections:
    """Return what a report consists of."""
    return chat.services.sections_of(report)


def title(chat: Chat, report: Report, key: str) -> str:
    """Return what a section is called."""
    return sections(chat, report).title(key, chat.person.language)


def url(chat: Chat, report: Report) -> str:
    """Return a link to the page on which she writes it."""
    settings = chat.services.settings
    if report.form is Form.STAY:
        return report_link(chat.conn, settings, report.person_id, chat.real_now)
    return mine_link(chat.conn, settings, report.person_id, chat.real_now).replace("/mine/", "/report/")
