"""The lines of a chat page: what she wrote or pressed, and what we sent, in the order in which it was said."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.addresses.model import Address
from bot.inbox.store import inbox
from bot.outbox.model import Button, Kind, Rendered, ResultKind
from bot.outbox.store import attempts, outbox

LATEST = 50
_ASKING = frozenset({Kind.QUESTION.value, Kind.REMINDER.value})
_LASTING = ("answer:", "case:", "share:", "roll:", "buddies:yes:", "relay:", "sos:false")
"""What buttons begin with that stay good after something else was said."""
_Order = tuple[datetime, int, int]
"""When, after which message of hers, and which of ours."""


@dataclass(frozen=True)
class Line:
    """One bubble. `id` is the attempt of ours on which buttons stand; `position` tells that she sent where she was."""

    mine: bool
    at: datetime
    text: str
    id: int = 0
    buttons: tuple[tuple[Button, ...], ...] = ()
    position: bool = False


@dataclass(frozen=True)
class Lines:
    """What a page shows. `mark` changes whenever anything of it does; `unseen` are questions never shown before."""

    lines: list[Line]
    keyboard: tuple[tuple[str, ...], ...]
    ask_position: str | None
    mark: str
    unseen: list[int]
    last: int


def lines_of(conn: Connection, address: Address) -> Lines:
    """Return the latest lines on a web address."""
    heard, sent = _heard(conn, address), _sent(conn, address)
    bodies = [Rendered.from_json(row.body) for row in sent]
    said = [_hers(row) for row in heard if _says_something(row.raw or {})]
    said += [_ours(row, body) for row, body in zip(sent, bodies, strict=True)]
    newest = bodies[0] if bodies else None
    return Lines(
        lines=_without_spent_buttons([line for _, line in sorted(said, key=lambda pair: pair[0])][-LATEST:]),
        keyboard=next((body.keyboard for body in bodies if body.keyboard is not None), ()),
        ask_position=newest.ask_position if newest else None,
        mark=_mark([row.id for row in heard], [(row.id, body) for row, body in zip(sent, bodies, strict=True)]),
        unseen=[row.prompt_id for row in sent if row.kind in _ASKING and row.shown_at is None and row.prompt_id],
        last=sent[0].id if sent else 0,
    )


def unseen_upto(conn: Connection, address: Address, last: int) -> list[int]:
    """Return the prompts whose questions a page with this last attempt has shown for the first time."""
    return [
        row.prompt_id
        for row in _sent(conn, address)
        if row.id <= last and row.kind in _ASKING and row.shown_at is None and row.prompt_id
    ]


def label_of(conn: Connection, address: Address, message: int | None, data: str) -> str:
    """Return what a button of one of our messages reads; empty when it is not there any more."""
    query = select(attempts.c.body).where(attempts.c.id == message, attempts.c.address_id == address.id)
    body = conn.execute(query).scalar()
    buttons = [button for row in Rendered.from_json(body).buttons for button in row] if body else []
    return next((button.label for button in buttons if button.data == data), "")


def _heard(conn: Connection, address: Address) -> Sequence[Any]:
    query = (
        select(inbox.c.id, inbox.c.raw, inbox.c.received_at)
        .where(
            inbox.c.channel == address.channel,
            inbox.c.account == address.account,
            inbox.c.sender == address.external_id,
        )
        .order_by(inbox.c.id.desc())
        .limit(LATEST)
    )
    return conn.execute(query).all()


def _sent(conn: Connection, address: Address) -> Sequence[Any]:
    columns = (attempts.c.id, attempts.c.body, attempts.c.started_at, attempts.c.shown_at)
    query = (
        select(*columns, outbox.c.kind, outbox.c.prompt_id, outbox.c.inbox_id, inbox.c.received_at)
        .join(outbox, outbox.c.id == attempts.c.outbox_id)
        .outerjoin(inbox, inbox.c.id == outbox.c.inbox_id)
        .where(
            attempts.c.address_id == address.id,
            attempts.c.result == ResultKind.ACCEPTED.value,
            outbox.c.kind != Kind.EDIT.value,
        )
        .order_by(attempts.c.id.desc())
        .limit(LATEST)
    )
    return conn.execute(query).all()


def _hers(row: Any) -> tuple[_Order, Line]:
    raw = row.raw or {}
    text = str(raw.get("text") or raw.get("label") or "")
    line = Line(mine=True, at=row.received_at, text=text, position="latitude" in raw)
    return (row.received_at, row.id, 0), line


def _ours(row: Any, body: Rendered) -> tuple[_Order, Line]:
    """Put a reply right behind what it replies to, whatever else arrived in between."""
    line = Line(mine=False, at=row.started_at, text=body.text, id=row.id, buttons=body.buttons)
    if row.inbox_id is not None and row.received_at is not None:
        return (row.received_at, row.inbox_id, row.id), line
    return (row.started_at, 0, row.id), line


def _says_something(raw: dict[str, Any]) -> bool:
    return bool(raw.get("text") or raw.get("label") or "latitude" in raw)


def _without_spent_buttons(lines: list[Line]) -> list[Line]:
    """Take the buttons off whatever she has gone on from; a question, a case and whom to tell stay until answered."""
    last_said = max((place for place, line in enumerate(lines) if line.mine), default=-1)
    asked_again: set[str] = set()
    kept = []
    for place, line in reversed(list(enumerate(lines))):
        lasting = {button.data for row in line.buttons for button in row if (button.data or "").startswith(_LASTING)}
        spent = place < last_said and (not lasting or lasting <= asked_again)
        asked_again |= {data for data in lasting if data}
        kept.append(replace(line, buttons=()) if spent else line)
    return kept[::-1]


def _mark(heard: list[int], sent: list[tuple[int, Rendered]]) -> str:
    shown = repr((heard[:1], [(number, body.to_json()) for number, body in sent]))
    return hashlib.sha256(shown.encode()).hexdigest()[:16]
