"""What all tables share: the metadata with its naming convention, and our own column types.

Each noun's `store.py` defines its tables on `metadata`; `bot.storage` hangs the keyring on the engine's dialect, which
is how a sealed column finds its keys without any global.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.types import TypeDecorator

from bot.sealed import BRANCH, CARE, Keyring

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only counts up by itself in a column of type INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[int]:
    """Return the numbered primary key that every table has."""
    return Column("id", Id, primary_key=True, autoincrement=True)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database (SQLite drops zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime with a ValueError, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is not an instant")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Sealed(TypeDecorator[Any]):
    """A JSON value that is sealed in the database: what a person wrote, or where she was."""

    impl = Text
    cache_ok = True

    def __init__(self, purpose: str = CARE) -> None:
        """Take the purpose whose key seals the column."""
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Seal the value's JSON."""
        if value is None:
            return None
        return _keyring(dialect).seal(json.dumps(value, ensure_ascii=False), self.purpose)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Open the value; SealError when no key fits."""
        return None if value is None else json.loads(_keyring(dialect).unseal(value, self.purpose))


def sealed_for_branch() -> Sealed:
    """Return the column type for branch matters, which have a key of their own."""
    return Sealed(BRANCH)


def hang_keyring(dialect: Dialect, keyring: Keyring) -> None:
    """Give a dialect the keys with which its sealed columns work."""
    dialect.yanxin_keyring = keyring  # type: ignore[attr-defined]


def _keyring(dialect: Dialect) -> Keyring:
    keyring: Keyring = dialect.yanxin_keyring  # type: ignore[attr-defined]
    return keyring
