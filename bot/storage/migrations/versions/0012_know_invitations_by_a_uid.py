"""Know invitations by a uid, for calendars."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_invitations = sa.table("session_invitations", sa.column("id", sa.BigInteger()), sa.column("uid", sa.String(36)))


def upgrade() -> None:
    with op.batch_alter_table("session_invitations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("uid", sa.String(length=36), nullable=True))

    conn = op.get_bind()
    for number in conn.execute(sa.select(_invitations.c.id)).scalars().all():
        conn.execute(_invitations.update().where(_invitations.c.id == number).values(uid=str(uuid4())))

    with op.batch_alter_table("session_invitations", schema=None) as batch_op:
        batch_op.alter_column("uid", existing_type=sa.String(length=36), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_session_invitations_uid"), ["uid"])


def downgrade() -> None:
    with op.batch_alter_table("session_invitations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_session_invitations_uid"), type_="unique")
        batch_op.drop_column("uid")
