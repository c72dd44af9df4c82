"""What chat templates may say about a session; `bot.engine.compose` asks for it beside the prompt."""

from typing import Any

from sqlalchemy import Connection

from bot.engine.facts import load_facts
from bot.prompts.model import Prompt
from bot.sessions import store
from bot.sessions.model import KIND, SessionState, session_in


def of_invitation(conn: Connection, prompt: Prompt) -> dict[str, Any]:
    """Return what an invitation says, nothing for other kinds; hours are on the wall where she will be then.

    What is discreet has no title in what comes by itself: only what she asks for says what it is about.
    """
    if prompt.kind != KIND:
        return {}
    found = store.by_id(conn, session_in(prompt.occasion))
    one = store.invitation_of(conn, prompt.id)
    facts = load_facts(conn, [prompt.person_id]).get(prompt.person_id)
    if found is None or one is None or facts is None:
        raise LookupError(f"there is no {prompt.occasion} for her")
    return {
        "title": "" if found.is_discreet else found.title,
        "full_title": found.title,
        "material": found.material or "",
        "link": found.link or "",
        "minutes": found.minutes,
        "starts_at": found.starts_at,
        "moved_from": found.moved_from,
        "meet_zone": facts.zone_now(found.starts_at),
        "rsvp_by": found.rsvp_by,
        "has_deadline": found.rsvp_by < found.starts_at,
        "reply": one.reply.value if one.reply else "",
        "is_off": found.state is SessionState.CANCELLED,
    }
