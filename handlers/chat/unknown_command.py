"""She types a command that there is not where her words are awaited: it is not taken as those words, and she is asked
once more. Whatever waited goes on waiting.
"""

import re
from datetime import datetime

from sqlalchemy import select

from bot.dialogues.store import Dialogue
from bot.outbox.model import Kind, Message
from bot.outbox.store import from_row, outbox
from handlers.chat import noted, rollcall_answered
from handlers.chat.asking import just_answered, urgent_case
from handlers.chat.draft_words import written_now
from handlers.context import Chat

_COMMAND = re.compile(r"/[A-Za-z][A-Za-z_]{0,31}(@\w{1,64})?( \S.{0,60})?")
"""A message that can be meant as nothing else: one short line, and a path or a fraction is none."""
_SAYS_SO = "unknown_command"
_NO_QUESTION = frozenset({_SAYS_SO, "cut_short", "sos/asked"})
"""What a turn may end with beside its question. Whether it is urgent is settled by then: a step that was put back for
it bears the instant of that question, and nobody would take her silence as a yes again.
"""


def refused(chat: Chat, command: str, text: str, step: Dialogue | None) -> bool:
    """Say that there is no such command, and the question again that waits; False where none of her words is awaited.

    While she is helped whatever she writes is for her helpers, and a roll-call takes every word.
    """
    if not _COMMAND.fullmatch(text.strip()) or not _awaits(chat, step):
        return False
    chat.say(_SAYS_SO, command=command)
    if step is not None:
        for question in _said(chat, step.updated_at)[-1:]:
            chat.say(question.template, prompt_id=question.prompt_id, **question.data)
    return True


def _awaits(chat: Chat, step: Dialogue | None) -> bool:
    if urgent_case(chat) is not None:
        return False
    if chat.is_student and rollcall_answered.waiting_question(chat) is not None:
        return False
    if step is not None:
        return step.step != noted.DECLINED
    return chat.is_student and (written_now(chat) is not None or just_answered(chat) is not None)


def _said(chat: Chat, at: datetime) -> list[Message]:
    """Return what was said to her in the turn at an instant, in its order, and may be a question that still waits."""
    query = select(outbox).where(outbox.c.person_id == chat.person.id, outbox.c.created_at == at)
    replies = chat.conn.execute(query.where(outbox.c.kind == Kind.REPLY.value).order_by(outbox.c.id))
    return [one for one in map(from_row, replies) if one.template not in _NO_QUESTION]
