"""The policies that hold, and those under which older cases were opened: documents of the kind "policies"."""

from sqlalchemy import Connection

from bot.documents import store as documents
from bot.policies.model import Policies
from bot.policies.parse import from_json, shipped

KIND = "policies"


def current(conn: Connection) -> tuple[int | None, Policies]:
    """Return the version that holds now and its number; None: the shipped ones, nothing was ever loaded."""
    document = documents.latest(conn, KIND)
    return (None, shipped()) if document is None else (document.id, from_json(document.body))


def version(conn: Connection, policy_id: int | None) -> Policies:
    """Return one version, the shipped one for None; LookupError when there is none of that number."""
    return shipped() if policy_id is None else from_json(documents.by_id(conn, policy_id).body)
