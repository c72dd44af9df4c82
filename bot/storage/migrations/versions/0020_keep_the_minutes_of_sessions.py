"""Keep the minutes of sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "session_minutes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_session_minutes_author_id_people")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_minutes_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_minutes")),
    )
    with op.batch_alter_table("session_minutes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_minutes_session_id"), ["session_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("session_minutes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_minutes_session_id"))

    op.drop_table("session_minutes")
