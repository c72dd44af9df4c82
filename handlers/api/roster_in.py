"""A program hands in a roster, trips included: the same importer as for a file, with the same faults."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from bot.api_tokens.model import Right
from bot.engine import mail_addresses
from bot.errors import Mistake, MistakesError
from bot.journal import store as journal
from bot.roster.columns import SHEETS
from bot.roster.from_data import read_data
from bot.roster.model import ChangeKind, Difference
from bot.storage.writer import Urgency
from handlers.api.parts import Caller, Parts, caller_of
from handlers.roster_imported import import_roster

_CELL = {"anyOf": [{"type": ["string", "number", "boolean", "null"]}, {"type": "array", "items": {"type": "string"}}]}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        sheet.name: {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "properties": {column.name: _CELL for column in sheet.columns},
                                "required": [column.name for column in sheet.columns if column.required],
                            },
                        }
                        for sheet in SHEETS.values()
                    },
                }
            }
        },
    }
}


class Imported(BaseModel):
    """What came of it: how many rows of each sheet were added, changed, revived, absent, the same."""

    dry_run: bool
    sheets: dict[str, dict[str, int]]


def router(parts: Parts) -> APIRouter:
    """Return the routes of this file."""
    routes = APIRouter()
    Who = Annotated[Caller, Depends(caller_of(parts, Right.ROSTER))]  # noqa: N806 - a type

    @routes.post("/roster", summary="Hand in people, trips and the other sheets of a roster", openapi_extra=_BODY)
    async def hand_in(
        request: Request,
        who: Who,
        dry_run: Annotated[bool, Query(description="Only tell what would change.")] = False,  # noqa: FBT002 - of the address
        prune: Annotated[list[str] | None, Query(description="Let go what these sheets no longer list.")] = None,
    ) -> Imported:
        if not who.scope.whole:
            raise HTTPException(403, "this token is not for rosters any more: its person does not look after the whole")
        sheets = await run_in_threadpool(_read, await request.body())
        wanted, now = set(prune or ()), parts.clock.now()
        if unknown := sorted(wanted - set(SHEETS)):
            mend = f"expected one of {', '.join(SHEETS)}"
            raise MistakesError([Mistake("prune", f"there is no sheet {name}", mend) for name in unknown])

        def work(conn: Connection) -> Difference:
            found = import_roster(
                conn,
                sheets,
                prune=wanted,
                dry_run=dry_run,
                now=now,
                programmes=parts.programmes,
                actor_id=who.person.id,
            )
            if not dry_run and parts.mail_account:
                mail_addresses.sync(conn, parts.mail_account, now)
            if found and not dry_run:
                line = journal.line(now, "api.roster", person_id=None, actor_id=who.person.id, token=who.token.id)
                journal.write(conn, [line])
            return found

        read = parts.database.aread(work) if dry_run else parts.database.awrite(work, Urgency.BULK)
        found = await read
        parts.nudge()
        return Imported(dry_run=dry_run, sheets={name: _counts(found, name) for name in sheets.sheets})

    return routes


def _read(body: bytes) -> Any:
    try:
        return read_data(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise MistakesError(
            [Mistake("body", "is no JSON", "expected an object with the sheets of a roster")]
        ) from error


def _counts(found: Difference, sheet: str) -> dict[str, int]:
    counts = {kind.value: len(found.of(sheet, kind)) for kind in ChangeKind}
    return counts | {"same": found.same.get(sheet, 0)}
