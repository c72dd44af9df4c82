"""Why somebody takes a list of students out: asked in the form, kept in the journal, the same for every file."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

REASONS = ("follow_up", "authorities", "report", "other")


def reason_in(fields: FormData) -> str:
    """Return the reason of a form; 400 without one of ours."""
    reason = str(fields.get("reason", ""))
    if reason not in REASONS:
        raise HTTPException(400)
    return reason
