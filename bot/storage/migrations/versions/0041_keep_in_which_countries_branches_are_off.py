"""Keep in which countries branches are off."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "branches_off",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_branches_off")),
    )


def downgrade() -> None:
    op.drop_table("branches_off")
