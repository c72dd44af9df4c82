"""Does for all who ask at the same time what each of them wants done: one call for many.

`scheduler.deliver` looks messages up and records their results with it. Whoever comes first works for everybody who has
come by then; those who come meanwhile are the next call.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """Gathers items for a piece of work that takes many and returns what came of each, in their order."""

    def __init__(self, work: Callable[[list[T]], Awaitable[list[R]]], gather: Callable[[], float]) -> None:
        """Take the work, and how many seconds whoever comes first waits for others.

        The work is never called twice at the same time, and never with nothing.
        """
        self._work = work
        self._gather = gather
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._turn = asyncio.Lock()

    @property
    def is_working(self) -> bool:
        """Tell whether a batch is being worked on, so that whoever comes now waits for it."""
        return self._turn.locked()

    async def do(self, item: T) -> R:
        """Have an item worked on and return what came of it; raises what the work raised for its batch."""
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        async with self._turn:
            if self._waiting:
                await asyncio.sleep(self._gather())
            batch, self._waiting = self._waiting, []
            if batch:
                await self._work_for(batch)
        return await done

    async def _work_for(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._work([item for item, _ in batch])
        except BaseException as error:
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
            if isinstance(error, Exception):
                return
            raise
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)
