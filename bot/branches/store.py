"""Tables of temporary branches and of party matters: apart from everything else, sealed with a key of their own."""

from sqlalchemy import Column, ColumnElement, ForeignKey, String, Table, UniqueConstraint, and_, or_

from bot.branches.model import BranchPlace
from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch

branches = Table(
    "branches",
    metadata,
    id_column(),
    Column("key", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    # Where it is: abroad for a while, or at home, where members go on belonging.
    Column(
        "place", String(12), nullable=False, default=BranchPlace.ABROAD.value, server_default=BranchPlace.ABROAD.value
    ),
    Column("unit_id", Id, ForeignKey("units.id"), index=True),
    Column("secretary_id", Id, ForeignKey("people.id"), index=True),
    # May do all that the secretary may.
    Column("deputy_id", Id, ForeignKey("people.id"), index=True),
    Column("absent_at", UtcDateTime),
)

branch_members = Table(
    "branch_members",
    metadata,
    id_column(),
    Column("branch_id", Id, ForeignKey("branches.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    UniqueConstraint("branch_id", "person_id"),
)

party_statuses = Table(
    "party_statuses",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("status", sealed_for_branch(), nullable=False),
)


def led_by(person_id: int) -> ColumnElement[bool]:
    """Hold for the branches that somebody leads, as secretary or as deputy."""
    hers = or_(branches.c.secretary_id == person_id, branches.c.deputy_id == person_id)
    return and_(hers, branches.c.absent_at.is_(None))
