"""A member of staff reminds of one thing of the pipeline, or puts it off, for those whom she picked.

Called by `handlers.selection_done` for the deed, and by its page for what would come of it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.engine import day_deeds, item_deeds
from bot.programmes.versions import Programmes
from bot.selections.model import Came, Selection
from bot.views import pipeline_days
from bot.views.people_list import Listed, of_ids
from bot.views.pipeline import prompts_at
from bot.views.pipeline_days import AFTER_STAY, Matter, days_at
from bot.views.scope import Scope


def matter_of(conn: Connection, key: str, programmes: Programmes) -> Matter | None:
    """Return what a key of the pipeline means: an item of the programme, or a day; None when it means nothing."""
    programme = programmes.if_any(conn)
    item = None if programme is None else programme.item(key)
    return pipeline_days.matter_of(conn, key) if item is None else Matter(item.kind.value)


def would(
    conn: Connection,
    selection: Selection,
    people: Collection[Listed],
    scope: Scope,
    now: datetime,
    programmes: Programmes,
) -> list[Came]:
    """Return what would come of a selection for each of these people; DONE where something would be done."""
    ids, key = [one.person_id for one in people], selection.item
    if _is_day(conn, key, programmes):
        days = days_at(conn, scope, key, ids, now)
        came = day_deeds.would(conn, days, now, after_stay=key.startswith(AFTER_STAY))
        return [came.get(one, Came.NOTHING) for one in ids]
    found = prompts_at(conn, scope, key, ids, now)
    kinds = {one.person_id: one.kind for one in found}
    came = item_deeds.would(conn, selection.deed, found, now, programmes)
    return [_of(one, kinds, came) for one in people]


def act(
    conn: Connection, selection: Selection, ids: Sequence[int], scope: Scope, now: datetime, programmes: Programmes
) -> list[Came]:
    """Do it for the next few of a selection and return what came of it for each."""
    seen = {one.person_id: one for one in of_ids(conn, scope, ids, now) if not one.left_out}
    key, actor_id = selection.item, selection.author_id
    if _is_day(conn, key, programmes):
        days, quiet = days_at(conn, scope, key, list(seen), now), programmes.current(conn).quiet
        came = day_deeds.act(conn, days, actor_id, now, quiet, after_stay=key.startswith(AFTER_STAY))
        return [came.get(one, Came.NOTHING) if one in seen else Came.OUT for one in ids]
    found = prompts_at(conn, scope, key, list(seen), now)
    kinds = {one.person_id: one.kind for one in found}
    mine = [one.id for one in found if not _is_cased(seen[one.person_id], kinds)]
    came = item_deeds.act(conn, selection.deed, mine, actor_id, now, programmes)
    return [_of(seen.get(one), kinds, came) for one in ids]


def _is_day(conn: Connection, key: str, programmes: Programmes) -> bool:
    """Tell whether a key means a day and not an item of the programme."""
    programme = programmes.if_any(conn)
    return programme is None or programme.item(key) is None


def _of(one: Listed | None, kinds: dict[int, str], came: dict[int, Came]) -> Came:
    if one is None:
        return Came.OUT
    return Came.CASE if _is_cased(one, kinds) else came.get(one.person_id, Came.NOTHING)


def _is_cased(one: Listed, kinds: dict[int, str]) -> bool:
    """Tell whether somebody looks after her already, who asks how she is in person."""
    return one.has_case and kinds.get(one.person_id) in item_deeds.SAFETY
