"""She speaks in a round of 48 hours: in as many messages as she likes, written or spoken, or on her page.

A voice note lies on the platform until the round that fetches has it (`scheduler.files_to_fetch`); she hears then.
"""

from collections.abc import Sequence

from bot.addresses.model import TAKES_FILES, WITHOUT_BRANCHES, Address
from bot.engine.session_round import Outcome, can_speak, open_for, speak, take_back
from bot.fetches import store as fetches
from bot.fetches.model import For
from bot.inbox.model import FileKind, SentFile
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
            speaks = chat.channel in TAKES_FILES - WITHOUT_BRANCHES
            chat.say("session/round_speak", prompt_id=prompt_id, page_url=_page(chat, prompt_id), takes_voice=speaks)
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


def file_sent(chat: Chat, files: Sequence[SentFile]) -> bool:
    """Have her voice fetched while she speaks in a round, or say where to leave it; False when she does not speak."""
    step = waiting.step(chat)
    prompt_id = step.data.get("prompt") if step is not None and step.step == STEP else None
    if not isinstance(prompt_id, int) or can_speak(chat.conn, prompt_id, chat.person.id, chat.now) is not None:
        return False
    spoken = [one for one in files if one.kind is not FileKind.PHOTO]
    if spoken and chat.address is not None and chat.channel not in WITHOUT_BRANCHES:
        for number, file in enumerate(spoken):
            _fetch(chat, chat.address, prompt_id, file, number)
        waiting.wait_for(chat, STEP, prompt=prompt_id)
    else:
        chat.say("session/round_file", prompt_id=prompt_id, page_url=_page(chat, prompt_id))
    return True


def open_round(chat: Chat) -> int | None:
    """Return the round that she was asked about and can speak in, where she is: her voice may be meant for it."""
    if not chat.is_student or chat.channel in WITHOUT_BRANCHES:
        return None
    return open_for(chat.conn, chat.person.id, chat.now)


def _fetch(chat: Chat, address: Address, prompt_id: int, file: SentFile, number: int) -> None:
    fetches.add(
        chat.conn,
        f"{chat.key}:voice:{number}",
        chat.now,
        wanted_for=For.ROUND,
        ref=file.ref,
        name="",
        title="",
        person_id=chat.person.id,
        address_id=address.id,
        channel=address.channel,
        account=address.account,
        of_id=prompt_id,
        place="",
    )


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
