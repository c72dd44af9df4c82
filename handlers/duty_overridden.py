"""Somebody puts a stand-in on a rota for a few days, or takes that back. The command and the console call it."""

from datetime import datetime

from sqlalchemy import Connection

from bot.duty import store as duty_store
from bot.duty.model import Override, Rota
from bot.duty.parse import wall_in
from bot.engine.duty_rotas import load_rotas, staff_of
from bot.engine.telling import not_before_her_morning, tell
from bot.errors import YanxinError
from bot.journal import store as journal
from bot.outbox.model import Kind, Priority
from bot.people.model import Person, RoleKind

ARRANGES = frozenset({RoleKind.OFFICE, RoleKind.COORDINATOR})
"""Who may arrange every rota; whoever is in one may arrange that."""


class OverrideRefusedError(YanxinError):
    """A stand-in cannot be put there; `code` says why, for pages that say it in the reader's language."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code: rota, time, order, past or who."""
        super().__init__(message)
        self.code = code


def override(
    conn: Connection, rota_name: str, start: str, end: str, number: str, author: Person | None, now: datetime
) -> int:
    """Put somebody on a rota from one wall time to another (in the rota's zone) and tell the stand-in.

    Return the id of the override. OverrideRefusedError when anything is wrong; nothing is stored then.
    """
    rotas = load_rotas(conn)
    rota = rotas.named(rota_name)
    if rota is None:
        known = ", ".join(f'"{one.name}"' for one in rotas.rotas) or "none at all"
        raise OverrideRefusedError("rota", f'there is no rota "{rota_name}"; there is {known}')
    begins, ends = wall_in(start), wall_in(end)
    if begins is None or ends is None:
        wrong = start if begins is None else end
        raise OverrideRefusedError("time", f"{wrong!r} is no time; write it like 2026-11-28 09:00, as in {rota.zone}")
    if ends <= begins:
        raise OverrideRefusedError("order", f"it ends at {ends}, before it begins; name an end after {begins}")
    if ends.instant(rota.zone) <= now:
        raise OverrideRefusedError("past", f"it is over already, at {ends} in {rota.zone}; name an end to come")
    stand_in = staff_of(conn, [number]).get(number)
    if stand_in is None:
        raise OverrideRefusedError("who", f"{number}: nobody on the roster with a role of staff has this number")
    made = duty_store.add_override(conn, rota.name, Override(begins, ends, number), author.id if author else None, now)
    _note(conn, "duty.overridden", made, stand_in.id, author, now)
    if author is None or author.id != stand_in.id:
        morning = not_before_her_morning(conn, stand_in.id, now)
        tell(
            conn,
            stand_in.id,
            Kind.NOTICE,
            "staff/duty_yours",
            key=f"duty:override:{made}",
            priority=Priority.PROMPT,
            now=now,
            data={
                "rota": rota.name,
                "begins": begins.instant(rota.zone).isoformat(),
                "ends": ends.instant(rota.zone).isoformat(),
            },
            not_before=morning if morning < begins.instant(rota.zone) else now,  # not after it has begun
        )
    return made


def take_back(conn: Connection, override_id: int, author: Person | None, now: datetime) -> bool:
    """Take an override back; False when there is none, or no longer."""
    found = duty_store.override_by_id(conn, override_id)
    if found is None or not duty_store.cancel_override(conn, override_id, now):
        return False
    stand_in = staff_of(conn, [found.override.who]).get(found.override.who)
    _note(conn, "duty.override_cancelled", override_id, stand_in.id if stand_in else None, author, now)
    return True


def may_arrange(person: Person, rota: Rota) -> bool:
    """Tell whether somebody may put a stand-in on a rota."""
    return person.has_role(*ARRANGES) or person.number in rota.members


def _note(
    conn: Connection, action: str, override_id: int, person_id: int | None, author: Person | None, now: datetime
) -> None:
    actor = author.id if author else None
    journal.write(conn, [journal.line(now, action, person_id=person_id, actor_id=actor, override=override_id)])
