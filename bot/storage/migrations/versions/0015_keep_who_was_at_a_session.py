"""Keep who was at a session."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "session_makeups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_session_makeups_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_makeups_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_makeups")),
    )
    with op.batch_alter_table("session_makeups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_makeups_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_makeups_session_id"), ["session_id"], unique=False)

    op.create_table(
        "session_marks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_session_marks_author_id_people")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_session_marks_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_marks_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_marks")),
    )
    with op.batch_alter_table("session_marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_marks_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_marks_session_id"), ["session_id"], unique=False)

    with op.batch_alter_table("session_invitations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("here_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("mark", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("tries_from", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("code", sa.Text(), nullable=True))


def downgrade() -> None:

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("code")

    with op.batch_alter_table("session_invitations", schema=None) as batch_op:
        batch_op.drop_column("tries_from")
        batch_op.drop_column("tries")
        batch_op.drop_column("closed_at")
        batch_op.drop_column("marked_at")
        batch_op.drop_column("mark")
        batch_op.drop_column("here_at")

    with op.batch_alter_table("session_marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_marks_session_id"))
        batch_op.drop_index(batch_op.f("ix_session_marks_person_id"))

    op.drop_table("session_marks")
    with op.batch_alter_table("session_makeups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_makeups_session_id"))
        batch_op.drop_index(batch_op.f("ix_session_makeups_person_id"))

    op.drop_table("session_makeups")
