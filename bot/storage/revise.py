"""Writes a new migration from what the tables say: `python -m bot.storage.revise MESSAGE`, for whoever changes a table.

It brings an empty database in memory to the newest migration, compares it with the tables and writes the difference.
Read the file that it wrote before you commit it.
"""

import sys

from alembic import command
from sqlalchemy import create_engine

from bot.storage.migrate import config


def revise(message: str, revision: str | None = None) -> None:
    """Write one migration file with the difference between the migrations and the tables."""
    engine = create_engine("sqlite://")
    with engine.connect() as conn, conn.begin():
        alembic = config()
        alembic.attributes["connection"] = conn
        command.upgrade(alembic, "head")
        command.revision(alembic, message, autogenerate=True, rev_id=revision)


if __name__ == "__main__":
    revise(*sys.argv[1:3])
