"""Let a colleague look after students."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stand_ins",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_stand_ins_by_id_people"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["from_id"], ["people.id"], name=op.f("fk_stand_ins_from_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_stand_ins_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["to_id"], ["people.id"], name=op.f("fk_stand_ins_to_id_people"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_ins")),
    )
    with op.batch_alter_table("stand_ins", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stand_ins_ends_at",
            ["ends_at"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_stand_ins_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_ins_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_ins_to_id"), ["to_id"], unique=False)
        batch_op.create_index(
            "uq_stand_ins_live",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("stand_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_people_stand_in_id"), ["stand_in_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_people_stand_in_id_people"), "people", ["stand_in_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_people_stand_in_id_people"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_people_stand_in_id"))
        batch_op.drop_column("stand_in_id")

    with op.batch_alter_table("stand_ins", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_stand_ins_live", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_stand_ins_to_id"))
        batch_op.drop_index(batch_op.f("ix_stand_ins_person_id"))
        batch_op.drop_index(batch_op.f("ix_stand_ins_from_id"))
        batch_op.drop_index(
            "ix_stand_ins_ends_at",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("stand_ins")
