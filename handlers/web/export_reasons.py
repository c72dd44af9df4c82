"""Why somebody takes a list of students out: asked in the form, kept in the journal, the same for every file."""

from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

REASONS = ("follow_up", "authorities", "report", "other")
FOR_RECORDS = ("record", "follow_up", "report", "other")
"""Why somebody takes out the record of a session."""


def reason_in(fields: FormData, reasons: Sequence[str] = REASONS) -> str:
    """Return the reason of a form; 400 without one of these."""
    reason = str(fields.get("reason", ""))
    if reason not in reasons:
        raise HTTPException(400)
    return reason
