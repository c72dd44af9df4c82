"""She speaks in a round of 48 hours: in as many messages as she likes, or on her page, where she leaves her voice."""

from bot.engine.session_round import Outcome, can_speak, speak, take_back
from bot.prompts import store as prompts
from handlers.chat import waiting
from handlers.context import Chat
from handlers.links_made import round_page_link

STEP = "session.round"


def pressed(chat: Chat, prompt_id: int, choice: str) -> bool:
    """Take the button with which she begins to speak, or takes her last words back; False for any other."""
    if choice == "speak":
        refusal = can_speak(chat.conn, prompt_id, chat.person.id, chat.now)
        if refusal is None:
            waiting.wait_for(chat, STEP, prompt=prompt_id)
            chat.say("session/round_speak", prompt_id=prompt_id, page_url=_page(chat, prompt_id))
        else:
            _say(chat, prompt_id, refusal)
    elif choice == "unsay":
        _say(chat, prompt_id, take_back(chat.conn, prompt_id, chat.person.id, chat.now))
    else:
        return False
    return True


def written(chat: Chat, prompt_id: int, text: str) -> None:
    """Keep what she writes; her next words belong to it too."""
    outcome = speak(chat.conn, prompt_id, chat.person.id, text, chat.channel, chat.now)
    if outcome is Outcome.KEPT and chat.address is not None:
        waiting.wait_for(chat, STEP, prompt=prompt_id)
    _say(chat, prompt_id, outcome)


def file_sent(chat: Chat) -> bool:
    """Say where her voice can be left while she speaks in a round; False when she does not."""
    step = waiting.step(chat)
    prompt_id = step.data.get("prompt") if step is not None and step.step == STEP else None
    if not isinstance(prompt_id, int) or can_speak(chat.conn, prompt_id, chat.person.id, chat.now) is not None:
        return False
    chat.say("session/round_file", prompt_id=prompt_id, page_url=_page(chat, prompt_id))
    return True


def _say(chat: Chat, prompt_id: int, outcome: Outcome) -> None:
    if outcome is Outcome.REFUSED:
        waiting.leave(chat)
        chat.say("session/refused")
        return
    if outcome is Outcome.OVER:
        waiting.leave(chat)
    chat.say("session/round_said", prompt_id=prompt_id, said=outcome)


def _page(chat: Chat, prompt_id: int) -> str:
    prompt = prompts.by_id(chat.conn, prompt_id)
    if prompt is None or chat.address is None:
        return ""  # she is on the page
    return round_page_link(chat.conn, chat.services.settings, prompt, chat.channel, chat.now, chat.real_now)
