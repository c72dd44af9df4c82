"""Let sessions repeat."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("series", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("every", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("asked_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_sessions_series"), ["series"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_series"))
        batch_op.drop_column("asked_from")
        batch_op.drop_column("every")
        batch_op.drop_column("place")
        batch_op.drop_column("series")
