"""Somebody presses "try again" on what was put aside: it is worked off anew as if it had just come.

The console calls it. What breaks again is put aside again.
"""

from datetime import datetime

from sqlalchemy import Connection

from bot.inbox.model import InboxState
from bot.inbox.store import inbox
from bot.journal import store as journal
from bot.people.model import Person
from bot.prompts.store import prompts
from bot.views.scope import Scope
from bot.views.set_aside import is_aside


def try_again(conn: Connection, scope: Scope, what: str, row_id: int, actor: Person, now: datetime) -> bool:
    """Take a `prompt` or a `message` back into work; False when none of that id lies aside in the scope."""
    if not is_aside(conn, scope, now, what, row_id):
        return False
    if what == "prompt":
        person_id = conn.execute(
            prompts.update().where(prompts.c.id == row_id).values(error=None).returning(prompts.c.person_id)
        ).scalar_one()
        line = journal.line(now, "prompt.tried_again", person_id=person_id, actor_id=actor.id, prompt_id=row_id)
    else:
        again = {"state": InboxState.NEW.value, "tries": 0, "error": None, "processed_at": None}
        conn.execute(inbox.update().where(inbox.c.id == row_id).values(**again))
        line = journal.line(now, "inbox.tried_again", person_id=None, actor_id=actor.id, inbox=row_id)
    journal.write(conn, [line])
    return True
