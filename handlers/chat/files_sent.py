"""Photos and documents that she sends in chat: what is fetched for which place, and one taken out of a report again.

They lie on the platform until the round that fetches has them (`scheduler.files_to_fetch`); she hears then.
"""

from collections.abc import Sequence

from bot.addresses.model import TAKES_FILES
from bot.engine.file_fetched import TEMPLATES
from bot.fetches import store as fetches
from bot.fetches.model import For
from bot.inbox.model import SentFile
from bot.local_time import to_wall
from bot.reports import store as reports
from bot.reports.files import files_of, remove_file
from bot.reports.incoming import Refusal
from bot.reports.model import Form, Report
from bot.reports.rules import belongs
from handlers.chat.draft_words import say, title, url, written_now
from handlers.context import Chat

_FOR = {Form.STAY: For.REPORT, Form.STUDY: For.STUDY}
_LONGEST_CAPTION = 60


def takes_files(chat: Chat) -> bool:
    """Tell whether the chat in which she is gives out what she sends."""
    return chat.channel in TAKES_FILES


def to_report(chat: Chat, report: Report, files: Sequence[SentFile], caption: str) -> None:
    """Have files fetched for the part of a report where she is, or say where they go when they cannot be."""
    if not files:
        say(chat, report, "file", url=url(chat, report))
        return
    fetch(chat, files, caption, _FOR[report.form], report.id, report.section, title(chat, report, report.section))
    if belongs(report, chat.now):  # else the next words are asked after, as after any longer rest
        reports.update(chat.conn, report, said_at=chat.now)


def report_here(chat: Chat) -> Report | None:
    """Return the report that she writes now."""
    return written_now(chat)


def take_out(chat: Chat, report: Report, value: str) -> bool:
    """Take a file out of a report again, by the button below the word that it is in."""
    number = int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else 0  # noqa: PLR2004 - ids
    gone = remove_file(chat.conn, report, number, chat.now)
    say(chat, report, "file_out", gone=gone, total=len(files_of(chat.conn, report)))
    return True


def fetch(
    chat: Chat, files: Sequence[SentFile], caption: str, wanted_for: For, of_id: int, place: str, title: str
) -> None:
    """Have files fetched; one that is too large to begin with is refused at once."""
    if chat.address is None:
        return
    limit = chat.services.settings.reports.file_bytes
    for number, file in enumerate(files):
        if file.size <= limit:
            fetches.add(
                chat.conn,
                f"{chat.key}:file:{number}",
                chat.now,
                wanted_for=wanted_for,
                ref=file.ref,
                name=_name(chat, file, caption),
                title=title,
                person_id=chat.person.id,
                address_id=chat.address.id,
                channel=chat.address.channel,
                account=chat.address.account,
                of_id=of_id,
                place=place,
            )
    refused = [{"name": one.name, "why": Refusal.TOO_LARGE} for one in files if one.size > limit]
    if refused:
        chat.say(
            TEMPLATES[wanted_for],
            title=title,
            place=place,
            kept=0,
            total=0,
            file_id=0,
            refused=refused,
            file_megabytes=limit // 1_000_000,
        )


def _name(chat: Chat, file: SentFile, caption: str) -> str:
    """Return what a file is called: as she calls it, else by what she wrote below it, else by when she sent it."""
    if file.name:
        return file.name
    flat = " ".join(caption.replace("/", " ").replace("\\", " ").split())[:_LONGEST_CAPTION]
    return f"{flat or to_wall(chat.now, chat.person.zone).strftime('%Y-%m-%d %H%M%S')}.file"
