"""A member of staff reminds of one item of the pipeline, or puts it off, for those whom she picked.

Called by `handlers.selection_done` for the deed, and by its page for what would come of it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.engine import item_deeds
from bot.programmes.versions import Programmes
from bot.selections.model import Came, Selection
from bot.views.people_list import Listed, of_ids
from bot.views.pipeline import prompts_at
from bot.views.scope import Scope


def would(
    conn: Connection,
    selection: Selection,
    people: Collection[Listed],
    scope: Scope,
    now: datetime,
    programmes: Programmes,
) -> list[Came]:
    """Return what would come of a selection for each of these people; DONE where something would be done."""
    found = prompts_at(conn, scope, selection.item, [one.person_id for one in people], now)
    kinds = {one.person_id: one.kind for one in found}
    came = item_deeds.would(conn, selection.deed, found, now, programmes)
    return [_of(one, kinds, came) for one in people]


def act(
    conn: Connection, selection: Selection, ids: Sequence[int], scope: Scope, now: datetime, programmes: Programmes
) -> list[Came]:
    """Do it for the next few of a selection and return what came of it for each."""
    seen = {one.person_id: one for one in of_ids(conn, scope, ids, now) if not one.left_out}
    found = prompts_at(conn, scope, selection.item, list(seen), now)
    kinds = {one.person_id: one.kind for one in found}
    mine = [one.id for one in found if not _is_cased(seen[one.person_id], kinds)]
    came = item_deeds.act(conn, selection.deed, mine, selection.author_id, now, programmes)
    return [_of(seen.get(one), kinds, came) for one in ids]


def _of(one: Listed | None, kinds: dict[int, str], came: dict[int, Came]) -> Came:
    if one is None:
        return Came.OUT
    return Came.CASE if _is_cased(one, kinds) else came.get(one.person_id, Came.NOTHING)


def _is_cased(one: Listed, kinds: dict[int, str]) -> bool:
    """Tell whether somebody looks after her already, who asks how she is in person."""
    return one.has_case and kinds.get(one.person_id) in item_deeds.SAFETY
