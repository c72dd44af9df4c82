"""Hold rounds that nobody has to meet for."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_words",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_session_words_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_words_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_words")),
    )
    with op.batch_alter_table("session_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_words_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_words_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_words_session_id"), ["session_id"], unique=False)

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_round", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("is_round")

    with op.batch_alter_table("session_words", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_words_session_id"))
        batch_op.drop_index(batch_op.f("ix_session_words_person_id"))
        batch_op.drop_index(batch_op.f("ix_session_words_digest"))

    op.drop_table("session_words")
