"""Runs write transactions in order of importance: on SQLite one thread, on PostgreSQL several."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from queue import PriorityQueue
from typing import Any, TypeVar

T = TypeVar("T")


class Urgency(IntEnum):
    """Whose transaction goes first."""

    HELP = 0  # a cry for help
    PERSON = 1  # somebody is waiting for an answer
    DELIVERY = 2
    BULK = 3
    STOP = 9


class Writer:
    """A priority queue of write transactions worked off by named threads; `submit` may be called from anywhere."""

    def __init__(self, threads: int) -> None:
        """Start the threads."""
        self._queue: PriorityQueue[tuple[int, int, Future[Any] | None, Callable[[], Any] | None]] = PriorityQueue()
        self._order = itertools.count()
        self._threads = [
            threading.Thread(target=self._work, name=f"writer-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], T], urgency: Urgency) -> Future[T]:
        """Queue one transaction and return its future; works of equal urgency keep their order."""
        future: Future[T] = Future()
        self._queue.put((int(urgency), next(self._order), future, work))
        return future

    def close(self) -> None:
        """Finish what is queued, then end the threads."""
        for _ in self._threads:
            self._queue.put((int(Urgency.STOP), next(self._order), None, None))
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            _, _, future, work = self._queue.get()
            if future is None or work is None:
                return
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - whoever submitted the work decides
                future.set_exception(error)
