"""What all senders of a process share."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.clock import Clock
from bot.engine.delivery import Tools
from bot.storage.database import Database


@dataclass(frozen=True)
class Desk:
    """Where senders work; `holder` names this process in leases."""

    database: Database
    tools: Tools
    clock: Clock
    holder: str
    jitter: Callable[[], float] = secrets.SystemRandom().random
