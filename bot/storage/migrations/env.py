"""What Alembic runs around the migrations: the connection comes from `bot.storage.migrate`, inside its transaction."""

from typing import Any, Literal

from alembic import context

from bot.schema import Sealed, UtcDateTime
from bot.storage import tables


def render_item(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """Write our own column types as what they are in the database, so that a migration outlives changes of them."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Sealed):
        return "sa.Text()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.people.people.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    compare_type=True,
)
context.run_migrations()
