"""Fetch what students send in chat."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fetches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("wanted_for", sa.String(length=16), nullable=False),
        sa.Column("of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name=op.f("fk_fetches_address_id_addresses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_fetches_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetches")),
        sa.UniqueConstraint("key", name=op.f("uq_fetches_key")),
    )
    with op.batch_alter_table("fetches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fetches_address_id"), ["address_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fetches_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_fetches_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("report_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("section", sa.String(length=24), nullable=True))

    with op.batch_alter_table("study_report_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("section", sa.String(length=24), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("study_report_files", schema=None) as batch_op:
        batch_op.drop_column("section")

    with op.batch_alter_table("report_files", schema=None) as batch_op:
        batch_op.drop_column("section")

    with op.batch_alter_table("fetches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fetches_person_id"))
        batch_op.drop_index(batch_op.f("ix_fetches_next_at"))
        batch_op.drop_index(batch_op.f("ix_fetches_address_id"))

    op.drop_table("fetches")
