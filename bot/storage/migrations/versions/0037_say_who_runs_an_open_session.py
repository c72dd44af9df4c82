"""Say who runs an open session."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_leaders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_session_leaders_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_leaders_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_leaders")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_session_leaders_session_id_person_id")),
    )
    with op.batch_alter_table("session_leaders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_leaders_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("session_leaders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_leaders_person_id"))

    op.drop_table("session_leaders")
