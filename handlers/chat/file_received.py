"""She sends a file, a picture or her voice: it goes where she is, in her report or with a step, or she hears where to.

While she is being helped it goes nowhere, and her helpers hear that she sent something. What she wrote below it is read
like any other words, unless it names the file.
"""

from dataclasses import replace

from bot.inbox.model import FileKind, Incoming
from handlers.chat import checklisted, cried, files_sent, relayed, session_round, waiting
from handlers.chat.asking import urgent_case
from handlers.context import Chat


def sent(chat: Chat, incoming: Incoming) -> bool:
    """Take what she sent; False when words stand below it that are still to be read."""
    case = urgent_case(chat)
    if case is not None:
        relayed.her_file(chat, case, incoming.text)
        return True
    named = _has_place(chat, incoming)
    if waiting.cry_waits(chat):
        cried.went_on(chat, incoming.text)
        return True
    return named or not incoming.text


def beside(chat: Chat, incoming: Incoming) -> None:
    """Take the pictures that stand between words which were read already."""
    if urgent_case(chat) is None and not waiting.cry_waits(chat):
        _has_place(chat, incoming)


def _has_place(chat: Chat, incoming: Incoming) -> bool:
    """Let files go where she is, or say where they belong; True when what stands below them names them."""
    if session_round.file_sent(chat, incoming.files):
        return False
    incoming = replace(incoming, files=tuple(one for one in incoming.files if one.kind is not FileKind.VOICE))
    step, report = checklisted.step_here(chat), files_sent.report_here(chat)
    said_at = None if report is None else report.said_at
    if step is not None and (said_at is None or step.updated_at >= said_at):
        return checklisted.file_sent(chat, step.data, incoming.files, incoming.text)
    if report is not None:
        files_sent.to_report(chat, report, incoming.files, incoming.text)
    else:
        lines = checklisted.steps_with_files(chat)
        chat.say(
            "file_received",
            lines=lines,
            takes_files=files_sent.takes_files(chat),
            round=session_round.open_round(chat) or 0,
        )
    return False
