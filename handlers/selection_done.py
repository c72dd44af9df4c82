"""A member of staff does one thing for all whom she picked: each of them once, whoever presses twice.

Called by the console, which calls `go_on` until nothing is left, a transaction for fifty.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from bot.engine import silence_taken
from bot.engine.office_notice import Sender, send_notice
from bot.engine.silence_taken import Done
from bot.journal import store as journal
from bot.programmes.versions import Programmes
from bot.selections import store
from bot.selections.model import Came, Deed, Selection
from bot.views.board_query import dates_on_earth, standing
from bot.views.people_list import Listed, of_ids
from bot.views.safety import Category
from bot.views.scope import Scope
from handlers import item_done, stand_in_begun


def pick(
    conn: Connection, author_id: int, deed: Deed, picked: Collection[Listed], now: datetime, item: str = ""
) -> int | None:
    """Keep whom somebody picked; None when nobody of them may be. Those who left her out are not there for her.

    `item` is of the pipeline, where one of it is to be reminded of or put off.
    """
    ids = [one.person_id for one in picked if not one.left_out]
    return store.add(conn, author_id, deed, ids, now, item) if ids else None


def go_on(
    conn: Connection, selection_id: int, author_id: int, scope: Scope, now: datetime, programmes: Programmes
) -> Selection | None:
    """Do it for the next few and return how far it is; None for a selection that is not this reader's."""
    selection = store.of_author(conn, selection_id, author_id, lock=True)
    if selection is None or selection.deed is Deed.ROLLCALL or selection.done_at is not None or not selection.is_ready:
        return selection
    ids = selection.next_ids
    counts = Counter(selection.counts)
    if selection.item:
        outcomes = item_done.act(conn, selection, ids, scope, now, programmes)
    else:
        outcomes = _each(conn, selection, ids, scope, now)
    counts.update(came.value for came in outcomes)
    is_done = sum(counts.values()) == len(selection.member_ids)
    if is_done:
        line = journal.line(
            now, "selection.done", person_id=None, actor_id=author_id, deed=selection.deed.value, **counts
        )
        journal.write(conn, [line])
        if selection.deed is Deed.PASS_ON:
            stand_in_begun.announce(conn, selection, now)
    store.came(conn, selection_id, dict(counts), now if is_done else None)
    return store.of_author(conn, selection_id, author_id)


def _each(conn: Connection, selection: Selection, ids: Collection[int], scope: Scope, now: datetime) -> list[Came]:
    seen = {one.person_id: one for one in of_ids(conn, scope, ids, now) if not one.left_out}
    asked = _asked(conn, scope, list(seen), now)
    return [_came(conn, selection, scope, seen.get(one), asked.get(one), now) for one in ids]


def _came(  # noqa: PLR0911 - one return for each thing that may come of it
    conn: Connection, selection: Selection, scope: Scope, one: Listed | None, prompt_id: int | None, now: datetime
) -> Came:
    if one is None:
        return Came.OUT
    if selection.deed is Deed.NOTICE:
        return _noticed(conn, selection, one, now)
    if selection.deed is Deed.PASS_ON:
        return stand_in_begun.pass_on(conn, selection, scope, one.person_id, now)
    if one.has_case:
        return Came.CASE
    if prompt_id is None or one.category is not Category.LATE:
        return Came.NOTHING
    act = silence_taken.extend if selection.deed is Deed.EXTEND else silence_taken.remind
    done: Done = act(conn, one.person_id, prompt_id, selection.author_id, now)
    if done.done:
        return Came.DONE
    return Came.NOTHING if done.why == "over" else Came.ALREADY


def _noticed(conn: Connection, selection: Selection, one: Listed, now: datetime) -> Came:
    text, urgent = str(selection.wish["text"]), bool(selection.wish["urgent"])
    sent = send_notice(conn, one.person_id, text, Sender(selection.author_id, selection.id, urgent=urgent), now)
    return Came.DONE if sent else Came.UNREACHED


def _asked(conn: Connection, scope: Scope, ids: list[int], now: datetime) -> dict[int, int | None]:
    base = standing(conn, scope, now, dates_on_earth(conn, now), ids)
    query = (
        select(base.person_id.label("person_id"), base.prompt_id.label("prompt"))
        .select_from(base.source)
        .where(base.condition)
    )
    return {row.person_id: row.prompt for row in conn.execute(query)}
