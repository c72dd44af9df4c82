"""Tables of temporary branches and of party matters: apart from everything else, sealed with a key of their own."""

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint

from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch

branches = Table(
    "branches",
    metadata,
    id_column(),
    Column("key", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("unit_id", Id, ForeignKey("units.id"), index=True),
    Column("secretary_id", Id, ForeignKey("people.id"), index=True),
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
