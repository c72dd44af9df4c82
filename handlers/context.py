"""One conversation turn: who is here, what time it is, and the replies that a chat handler has to say.

Chat handlers take a `Chat` and nothing else; `handlers.process` makes one for a message, the answer page for a press.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection

from bot.addresses.model import Address
from bot.people.model import Person, RoleKind
from bot.prompts import notes
from handlers.services import Services


@dataclass(frozen=True)
class Reply:
    """Something to say: a chat template with plain JSON data, and the prompt when it asks that prompt's question."""

    template: str
    data: dict[str, Any]
    prompt_id: int | None = None


@dataclass
class Chat:
    """One turn with one person; `address` is None on the answer page. `real_now` is for links and nothing else."""

    conn: Connection
    now: datetime
    real_now: datetime
    person: Person
    address: Address | None
    channel: str
    services: Services
    key: str
    """Names this turn and no other, for the keys of what it queues."""
    replies: list[Reply] = field(default_factory=list)
    counts_as_alive: bool = True
    """Whether what she did shows that she is there; answers say more, cries must not stop anybody from looking."""
    is_cleared: bool = False
    """Whether an answer in this turn has ended what only her silence had opened."""
    is_idle: bool = False
    """Whether nothing is known to wait for her words, so that nobody need look; `handlers.chat.waiting` keeps it."""
    most_kept: int | None = notes.LONGEST
    """How many characters of her message are kept; whoever keeps fewer or more says so, None where nothing is cut."""

    def say(self, template: str, *, prompt_id: int | None = None, **data: Any) -> None:
        """Reply with a template; instants, dates and codes in `data` become plain JSON."""
        self.replies.append(Reply(template, {name: _plain(value) for name, value in data.items()}, prompt_id))

    @property
    def is_student(self) -> bool:
        """Tell whether she is asked anything at all."""
        return self.person.has_role(RoleKind.STUDENT)


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value
