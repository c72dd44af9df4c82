"""The programme office hands in a roster and addresses of mail follow it, from a file and from the console alike.

The command `import` and the page of imports call `hand_in`; the page goes on with `import_handed`.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.engine import mail_addresses
from bot.handed import store
from bot.handed.model import Handed
from bot.journal import store as journal
from bot.programmes.versions import Programmes
from bot.roster.columns import PEOPLE, SHEETS
from bot.roster.diff import mark_of
from bot.roster.model import ChangeKind, Difference, Sheets
from handlers.roster_imported import import_roster


@dataclass(frozen=True)
class Wish:
    """How a roster is to be taken in. `mark`: only when it changes just what was looked at; "" whatever it changes.

    `mail_account` is "" where no mail is sent.
    """

    now: datetime
    programmes: Programmes
    mail_account: str
    prune: AbstractSet[str] = frozenset()
    actor_id: int | None = None
    dry_run: bool = False
    mark: str = ""


@dataclass(frozen=True)
class HandedIn:
    """What a roster changes or has changed, and mail addresses that several people have: only the first is written to.

    `is_done` is False when it was only looked at, or when it changes something else than was looked at.
    """

    found: Difference
    shared: list[tuple[str, list[str]]]
    is_done: bool


def hand_in(conn: Connection, sheets: Sheets, wish: Wish) -> HandedIn:
    """Take a roster in, in the caller's transaction, or only tell what it would change.

    MistakesError with every fault of it, and nothing was written.
    """
    found = import_roster(
        conn,
        sheets,
        prune=wish.prune,
        dry_run=wish.dry_run,
        now=wish.now,
        programmes=wish.programmes,
        actor_id=wish.actor_id,
        mark=wish.mark,
    )
    is_done = not wish.dry_run and wish.mark in {"", mark_of(found)}
    if is_done and wish.mail_account:
        mail_addresses.sync(conn, wish.mail_account, wish.now)
    shared = mail_addresses.shared(conn, _mails_in(found)) if wish.mail_account else []
    return HandedIn(found, shared, is_done)


def import_handed(conn: Connection, handed: Handed, sheets: Sheets, wish: Wish) -> bool:
    """Import what was handed in through the console and looked at; False, and nothing written, when it changes else."""
    done = hand_in(conn, sheets, wish)
    if not done.is_done:
        return False
    counts = {sheet: told for sheet in SHEETS if (told := _counts(done.found, sheet))}
    store.imported(conn, handed.id, counts, wish.now)
    line = journal.line(wish.now, "console.roster", person_id=None, actor_id=wish.actor_id, roster=handed.id)
    journal.write(conn, [line])
    return True


def _counts(found: Difference, sheet: str) -> dict[str, int]:
    counts = {kind.value: len(found.of(sheet, kind)) for kind in ChangeKind} | {"same": found.same.get(sheet, 0)}
    return {name: count for name, count in counts.items() if count}


def _mails_in(found: Difference) -> dict[str, tuple[str, str]]:
    """Return name and mail of everybody whose mail a roster changes."""
    return {
        change.key[0]: (str(change.values.get("name") or ""), str(change.values.get("email") or ""))
        for change in found.of(PEOPLE, ChangeKind.ADD, ChangeKind.CHANGE)
        if "email" in change.values
    }
