"""A counsellor, or the office for her, passes the students of a selection on to a colleague until a day.

Called by `handlers.selection_done` for each of them, and once behind the last.
"""

from datetime import date, datetime

from sqlalchemy import Connection

from bot.engine import standing_in
from bot.engine.stand_in_words import tell_colleague
from bot.people import store as people
from bot.selections.model import Came, Selection
from bot.stand_ins import store
from bot.views.scope import Scope


def pass_on(conn: Connection, selection: Selection, scope: Scope, person_id: int, now: datetime) -> Came:
    """Pass one student on: her counsellor's to give, or the office's for her."""
    person = people.by_id(conn, person_id)
    if person is None or not (scope.office or person.counsellor_id == selection.author_id):
        return Came.NOTHING
    until = date.fromisoformat(str(selection.wish["until"]))
    why = standing_in.begin(conn, person_id, int(selection.wish["to"]), until, selection.author_id, now)
    return {"": Came.DONE, "already": Came.ALREADY}.get(why, Came.NOTHING)


def announce(conn: Connection, selection: Selection, now: datetime) -> None:
    """Tell whoever stands in how many there are, and the counsellors for whom the office did it."""
    to_id, until = int(selection.wish["to"]), date.fromisoformat(str(selection.wish["until"]))
    live = store.live_among(conn, selection.member_ids).values()
    mine = [one for one in live if (one.to_id, one.until, one.by_id) == (to_id, until, selection.author_id)]
    for from_id in sorted({one.from_id for one in mine if one.began_at >= selection.created_at}):
        theirs = [one for one in mine if one.from_id == from_id]
        key = f"stand_ins:{selection.id}:{from_id}"
        tell_colleague(conn, theirs[0], len(theirs), key, now)
