"""Keep the hours at which somebody cannot meet."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "busy_hours",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_busy_hours_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_hours")),
    )
    with op.batch_alter_table("busy_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_busy_hours_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("busy_hours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_busy_hours_person_id"))

    op.drop_table("busy_hours")
