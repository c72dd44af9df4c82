"""Remind of what a stay brings."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("matter", sa.String(length=48), nullable=True))
        batch_op.add_column(sa.Column("title", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("link", sa.String(length=500), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_reminders_trip_id_matter"), ["trip_id", "matter"])
        batch_op.create_foreign_key(
            batch_op.f("fk_reminders_trip_id_trips"), "trips", ["trip_id"], ["id"], ondelete="CASCADE"
        )


def downgrade() -> None:
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_reminders_trip_id_trips"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_reminders_trip_id_matter"), type_="unique")
        batch_op.drop_column("link")
        batch_op.drop_column("title")
        batch_op.drop_column("matter")
        batch_op.drop_column("trip_id")
