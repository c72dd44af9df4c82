"""What SQLAlchemy has compiled, shared by all engines of a session that would compile the same."""

from typing import Any

from sqlalchemy.util import LRUCache

MOST = 20_000
"""How many statements are kept: more than all tests have."""


class CompiledOnce(LRUCache[Any, Any]):
    """A cache of compiled statements by kind of database and by keys, where SQLAlchemy's own asks for the engine.

    The keys count because the processors of sealed columns hold them.
    """

    def __init__(self) -> None:
        super().__init__(MOST)

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_shared(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_shared(key), value)


def _shared(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return dialect.name, tuple(dialect.yanxin_keyring._keys), *rest
