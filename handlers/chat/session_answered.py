"""She replies to the invitation to a session: yes, no or maybe, by button, number or word; and why, if she likes."""

from bot.engine.kinds.session import meant_by
from bot.engine.session_replies import LONGEST_REASON, Outcome, declined_since, give_reason, open_invitation, say
from bot.prompts import store as prompts
from bot.sessions import store
from bot.sessions.model import KIND, Rsvp
from handlers.chat import session_attended, session_round, waiting
from handlers.chat.asking import A_MOMENT, ask_again, unanswered
from handlers.chat.calendar_linked import file_asked
from handlers.chat.words import whole
from handlers.context import Chat

STEP = "session.reason"
OFFERED = "session.offered"
"""She wrote something right after a no; we have asked whether it is why, and keep it until she says."""


def pressed(chat: Chat, prompt_id: int, choice: str) -> bool:
    """Take a button of an invitation, however old; False when it means nothing."""
    if choice in set(Rsvp):
        _said(chat, prompt_id, Rsvp(choice))
        return True
    if session_round.pressed(chat, prompt_id, choice) or session_attended.pressed(chat, prompt_id, choice):
        return True
    prompt = prompts.by_id(chat.conn, prompt_id)
    if choice not in {"about", "calendar", "why", "keep", "else", "off"}:
        return False
    one = store.invitation_of(chat.conn, prompt_id)
    if prompt is None or prompt.person_id != chat.person.id or one is None or one.left_at is not None:
        chat.say("session/refused")
    elif choice == "about":
        chat.say("session/about", prompt_id=prompt_id)
    elif choice == "calendar":
        file_asked(chat, prompt_id)
    elif choice == "keep" and (words := _offered(chat, prompt_id)):
        reason_written(chat, prompt_id, words)
    elif choice in {"why", "keep"}:
        waiting.wait_for(chat, STEP, prompt=prompt_id)
        chat.say("session/why", prompt_id=prompt_id)
    elif choice == "else":
        waiting.end(chat)
        other = unanswered(chat)
        chat.say("not_understood", open_prompt=None if other is None else other.id)
    else:
        waiting.end(chat)
        chat.say("note/off")
    return True


def written(chat: Chat, text: str) -> bool:
    """Take a whole message that replies to an invitation; False when it is none, or none waits for her."""
    said = whole(text)
    if meant_by(said, is_newest=True) is None:
        return False
    prompt_id = open_invitation(chat.conn, chat.person.id, chat.now)
    prompt = None if prompt_id is None else prompts.by_id(chat.conn, prompt_id)
    if prompt is None:
        return False
    other = unanswered(chat)
    newest = other is None or other.opens_at <= (prompt.asked_at or prompt.opens_at)
    word = meant_by(said, is_newest=newest)
    if word is None:
        return False
    _said(chat, prompt.id, word)
    return True


def written_here(chat: Chat, prompt_id: int, text: str) -> None:
    """Take what she writes on the page of one invitation: a reply, else why she has replied so."""
    if store.is_round(chat.conn, prompt_id):
        session_round.written(chat, prompt_id, text)
        return
    word = meant_by(whole(text), is_newest=True)
    if word is not None:
        _said(chat, prompt_id, word)
        return
    if session_attended.written_here(chat, prompt_id, text):
        return
    one = store.invitation_of(chat.conn, prompt_id)
    if one is not None and one.reply is not None and one.left_at is None:
        reason_written(chat, prompt_id, text)
        return
    prompt = prompts.by_id(chat.conn, prompt_id)
    if prompt is not None and prompt.kind == KIND:
        ask_again(chat, prompt)


def reason_written(chat: Chat, prompt_id: int, text: str) -> None:
    """Keep why she does not come, or is not sure: whoever arranges the session reads it, and nobody else."""
    waiting.end(chat)
    chat.most_kept = LONGEST_REASON
    kept = give_reason(chat.conn, prompt_id, chat.person.id, text)
    chat.say("session/kept" if kept else "session/refused")


def is_it_why(chat: Chat, text: str) -> bool:
    """Ask whether words that we do not understand are why she has just said no; False when she has not."""
    prompt_id = declined_since(chat.conn, chat.person.id, chat.now - A_MOMENT, chat.now)
    one = None if prompt_id is None else store.invitation_of(chat.conn, prompt_id)
    if prompt_id is None or one is None or not text.strip():
        return False
    if store.reasons_of(chat.conn, one.session_id, [chat.person.id]):
        return False
    before = _offered(chat, prompt_id)
    chat.most_kept = max(LONGEST_REASON - len(before) - bool(before), 0)
    words = "\n".join(filter(None, [before, text.strip()]))[:LONGEST_REASON]
    waiting.wait_for(chat, OFFERED, prompt=prompt_id, words=words)
    chat.say("session/is_it_why", prompt_id=prompt_id, reply=one.reply)
    return True


def _offered(chat: Chat, prompt_id: int) -> str:
    step = waiting.step(chat)
    mine = step is not None and step.step == OFFERED and step.data.get("prompt") == prompt_id
    return str(step.data.get("words", "")) if step is not None and mine else ""


def by_calendar(chat: Chat, data: str, comment: str) -> None:
    """Take what she pressed in her calendar program (a word, the change it knows of, the event): nothing is replied to
    what counts, because she has seen it there; what does not count any more is said.
    """
    word, sequence, uid = data.split("|", 2)
    one = store.invitation_by_uid(chat.conn, uid)
    session = None if one is None else store.by_id(chat.conn, one.session_id)
    if one is None or session is None or one.person_id != chat.person.id:
        return
    if int(sequence) < session.sequence and session.is_ahead(chat.now):
        chat.say("session/question", prompt_id=one.prompt_id)  # it has changed since: she is asked for what it is now
        return
    quiet = chat.services.programmes.current(chat.conn).quiet
    done = say(chat.conn, one.prompt_id, chat.person.id, Rsvp(word), chat.channel, chat.now, quiet)
    if done.outcome is Outcome.REFUSED:
        chat.say("session/refused")
    elif done.outcome in {Outcome.RECORDED, Outcome.CHANGED}:
        if comment:
            give_reason(chat.conn, one.prompt_id, chat.person.id, comment)
    else:
        chat.say("session/thanks", prompt_id=one.prompt_id, said=done.outcome)


def _said(chat: Chat, prompt_id: int, word: Rsvp) -> None:
    quiet = chat.services.programmes.current(chat.conn).quiet
    done = say(chat.conn, prompt_id, chat.person.id, word, chat.channel, chat.now, quiet)
    if done.session is None or done.outcome is Outcome.REFUSED:
        chat.say("session/refused")
    else:
        chat.say("session/thanks", prompt_id=prompt_id, said=done.outcome)
