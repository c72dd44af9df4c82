"""Writes into groups what is due: one process at a time, one text of each group at a time, outside any transaction.

The bell rings it every second. A text is marked as under way before the platform is called, so that one that a kill cut
short is found again.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.channels.group_robot import NOT_KNOWN, GroupRobot
from bot.clock import Clock
from bot.engine import group_posts
from bot.engine.group_posts import Group
from bot.groups.model import Post
from bot.groups.store import has_due
from bot.outbox.model import Result, ResultKind
from bot.storage import state
from bot.storage.database import Database
from bot.storage.writer import Urgency

log = structlog.get_logger()
LEASE_NAME = "groups"
LEASE = timedelta(seconds=60)
"""Longer than a call may take."""
TROUBLE_FOR = timedelta(hours=1)
"""How long a group that did not take a text is a trouble of its channel."""


class GroupPosts:
    """Sends for all groups of the settings."""

    def __init__(
        self,
        database: Database,
        robots: Sequence[GroupRobot],
        groups: Sequence[Group],
        clock: Clock,
        holder: str,
        jitter: Callable[[], float],
    ) -> None:
        """Take the groups, the robot of each, and what it works with; `jitter` lies between 0 and 1."""
        self._database = database
        self._robots = {(one.channel, one.name): one for one in robots}
        self._groups = groups
        self._clock = clock
        self._holder = holder
        self._jitter = jitter
        self._lock = asyncio.Lock()
        self._not_known: dict[tuple[str, str], float] = {}

    async def work_off(self) -> int:
        """Send everything that may go now; return how many texts were called for, got there or not."""
        total = 0
        async with self._lock:
            while await self._database.aread(lambda conn: has_due(conn, self._clock.now())):
                claimed = await self._database.awrite(self._claim, Urgency.BULK)
                await asyncio.gather(*(self._send(post, epoch) for post, epoch in claimed))
                total += len(claimed)
                if not claimed:
                    break
        return total

    def troubles(self) -> dict[str, dict[str, int]]:
        """Return, by channel, how many groups answered of late what we do not know."""
        since, found = self._clock.real().timestamp() - TROUBLE_FOR.total_seconds(), dict[str, dict[str, int]]()
        for (channel, _), at in self._not_known.items():
            if at > since:
                codes = found.setdefault(channel, {"group_answer_not_known": 0})
                codes["group_answer_not_known"] += 1
        return found

    def _claim(self, conn: Connection) -> list[tuple[Post, int]]:
        now, real = self._clock.now(), self._clock.real()
        try:
            with conn.begin_nested():
                epoch = state.take_lease(conn, LEASE_NAME, self._holder, real, LEASE)
        except IntegrityError:  # two took it for the first time
            return []
        if epoch is None:
            return []
        return [(post, epoch) for post in group_posts.claim(conn, self._groups, now, real, self._jitter())]

    async def _send(self, post: Post, epoch: int) -> None:
        try:
            result = await self._robots[post.channel, post.name].post(post.text)
        except Exception as error:  # noqa: BLE001 - a robot maps what its platform says; anything else is a bug of it
            log.error("groups.robot_broke", post=post.id, error=type(error).__name__)  # noqa: TRY400
            result = Result(ResultKind.OUTCOME_UNKNOWN, reason=type(error).__name__)
        if result.reason == NOT_KNOWN:
            self._not_known[post.channel, post.name] = self._clock.real().timestamp()

        def record(conn: Connection) -> None:
            if state.epoch_of(conn, LEASE_NAME) == epoch:  # else another process has seen to it
                group_posts.record(conn, post, result, self._clock.now(), self._jitter())

        await self._database.awrite(record, Urgency.DELIVERY)
