"""She answers a question, or says unasked how she is; also with a button of an old message."""

from bot.engine.answering import Answered, Outcome, answer, volunteer
from bot.local_time import local_date
from bot.prompts import store as prompts
from bot.prompts.model import Choice, Prompt, State
from handlers.chat import cried, waiting
from handlers.chat.asking import ask_again, next_data, unanswered
from handlers.context import Chat


def pressed(chat: Chat, prompt_id: int, choice: Choice) -> None:
    """Record an answer to one prompt, on its own occasion."""
    chat.counts_as_alive = False
    done = answer(chat.conn, prompt_id, chat.person.id, choice, chat.channel, chat.now, chat.services.programmes)
    _reply(chat, choice, done)


def volunteered(chat: Chat, choice: Choice) -> None:
    """Record how she is without a question; a cry counts whoever presses it."""
    chat.counts_as_alive = False
    if not chat.is_student and choice is not Choice.URGENT:
        chat.say("checkin/not_student")
        return
    done = volunteer(chat.conn, chat.person.id, choice, chat.channel, chat.now, chat.services.programmes)
    _reply(chat, choice, done)


def _reply(chat: Chat, choice: Choice, done: Answered) -> None:
    prompt = done.prompt
    if choice is Choice.URGENT and prompt is None:  # whatever her button stands on, she cries for help
        cried.sos(chat)
        return
    if done.outcome is Outcome.REFUSED or prompt is None:
        chat.say("answered/refused")
        _offer(chat, unanswered(chat))
        return
    if choice is Choice.URGENT:
        waiting.end_for_help(chat)
        chat.say("sos/raised", unanswered=False)
        return
    if prompt.state is State.WITHDRAWN:
        chat.say("answered/refused")
        _offer(chat, done.current)
        return
    said = {
        "outcome": done.outcome,
        "closed": done.closed,
        "asked_day": local_date(prompt.opens_at, prompt.zone),
        "can_undo": done.can_undo,
    }
    if choice is Choice.FINE:
        chat.say("answered/fine", prompt_id=prompt.id, helping=done.helped, **said, **next_data(chat))
    elif done.outcome is Outcome.LATE:
        chat.say("answered/hard_late", prompt_id=prompt.id, **said)
    else:
        chat.say("answered/hard", prompt_id=prompt.id, **said)
    if done.closed:
        _offer(chat, done.current)
    elif done.outcome is not Outcome.LATE:
        # Whoever says how she is need not say it again to another question.
        chat.counts_as_alive, chat.is_cleared = done.is_asked_more, True


def _offer(chat: Chat, current: Prompt | None) -> None:
    """Ask what is open now, when she pressed a button of something that is over."""
    found = None if current is None else prompts.by_id(chat.conn, current.id)
    if found is not None:
        ask_again(chat, found)
