"""Runs write transactions in order of importance: on SQLite one thread, on PostgreSQL several.

On SQLite, where each commit waits for the disk, small pieces of work that wait at the same time share a transaction,
each under a savepoint of its own: one that fails takes nothing of the others with it, and nobody hears that his work is
done before it is committed. Bulk is never shared: whoever is more important would wait for it. However much arrives,
after each transaction that ended with what has arrived somebody who waits for an answer has his turn; however many wait
for an answer, delivery and bulk have a turn now and then. After a step of a cry for help (kept, understood, its alarm
claimed) the next step mostly comes within milliseconds: nobody else begins until then. After an answer bulk waits as
long for the next one: else each gap between two answers would be filled by a tenth of a second of bulk.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from sqlalchemy import Connection

from bot.clock import monotonic
from bot.storage.turns import Turns

T = TypeVar("T")
MOST_TOGETHER = 40
"""How many pieces of work share a transaction."""
LONGEST_TOGETHER_SECONDS = 0.06
"""After how long a shared transaction takes no more. A commit costs 5 ms; a cry for help waits for one piece only."""
NEXT_STEP_SECONDS = 0.02
"""How long the writer stands ready for the next step of a cry for help: less than any other work would hold it up."""
NEXT_ANSWER_SECONDS = 0.02
"""How long after an answer bulk waits for the next one, which comes as soon as a busy loop has handed it in."""


class Urgency(IntEnum):
    """Whose transaction goes first."""

    HELP = 0  # a step of a cry for help, the next of which follows at once
    ALARM = 1  # the last step, and cases that are told again
    ARRIVED = 2  # a platform waits to hear that a message is kept; what it means comes later
    PERSON = 3  # somebody is waiting for an answer
    DELIVERY = 4
    BULK = 5
    STOP = 9


@dataclass(frozen=True)
class _Job:
    urgency: int
    future: "Future[Any] | asyncio.Future[Any]"
    work: Callable[[Connection], Any]


@dataclass(frozen=True)
class _Done:
    result: Any
    error: BaseException | None = None


_ARRIVED, _STOP = int(Urgency.ARRIVED), int(Urgency.STOP)
PATIENCE = {int(Urgency.DELIVERY): 0.1, int(Urgency.BULK): 1.0}
"""After how many seconds without a turn these go before answers: a portion of bulk lasts a tenth of a second or so."""


class Writer:
    """Write transactions in turns, worked off by named threads; `submit` may be called from anywhere."""

    def __init__(
        self, threads: int, transaction: Callable[[], AbstractContextManager[Connection]], *, shares: bool
    ) -> None:
        """Start the threads; `transaction` begins and commits one, `shares` says whether several may be in it."""
        self._transaction = transaction
        self._most = MOST_TOGETHER if shares else 1
        self._queue: Turns[_Job] = Turns(PATIENCE, _ARRIVED)
        self._answered_at = -NEXT_ANSWER_SECONDS
        self._threads = [
            threading.Thread(target=self._work, name=f"writer-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def _is_alone(self) -> bool:
        """Tell whether one thread writes everything, so that whoever comes next waits for it."""
        return len(self._threads) == 1

    def submit(self, work: Callable[[Connection], T], urgency: Urgency) -> Future[T]:
        """Queue one piece of work and return its future; works of equal urgency keep their order."""
        future: Future[T] = Future()
        self._queue.put(_Job(int(urgency), future, work))
        return future

    def submit_here(self, work: Callable[[Connection], T], urgency: Urgency) -> "asyncio.Future[T]":
        """Do the same for the loop that runs on this thread: all that end together come back in one turn of it.

        Who waits must not cancel the future itself (`asyncio.shield`): what is queued is done.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Job(int(urgency), future, work))
        return future

    def close(self) -> None:
        """Finish what is queued, then end the threads."""
        for _ in self._threads:
            self._queue.put(_Job(_STOP, Future(), _nothing))
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        last: int | None = None
        while (job := self._turn(last)).urgency != _STOP:
            if _is_wanted(job):
                done = self._done(job)
                last = done[-1][0].urgency
                if any(job.urgency <= Urgency.PERSON for job, _ in done):
                    self._answered_at = monotonic()
                _tell(done)

    def _turn(self, last: int | None) -> _Job:
        """Wait for the next piece of work; `last` is how urgent the last one was."""
        if last == Urgency.HELP and self._is_alone:
            job = self._queue.take_soon(Urgency.ALARM, NEXT_STEP_SECONDS)
            if job is not None:
                return job
        if self._is_alone and (rest := self._answered_at + NEXT_ANSWER_SECONDS - monotonic()) > 0:
            self._queue.wait_for(Urgency.DELIVERY, rest)
        return self._queue.take(_ARRIVED if last == _ARRIVED else None)

    def _done(self, first: _Job) -> Sequence[tuple[_Job, _Done]]:
        """Do a piece of work, and those that may share its transaction; return what came of each."""
        jobs, done = [first], []
        try:
            with self._transaction() as conn:
                done.append(_Done(first.work(conn)))
                deadline = monotonic() + LONGEST_TOGETHER_SECONDS
                while len(jobs) < self._most and monotonic() < deadline and (job := self._next(jobs[-1])) is not None:
                    jobs.append(job)
                    done.append(_under_savepoint(conn, job.work))
        except BaseException as error:  # noqa: BLE001 - whoever submitted the work decides
            # Nothing was committed; a piece of work with an error of its own keeps that one.
            done = [_Done(None, one.error or error) for one in done]
            done += [_Done(None, error)] * (len(jobs) - len(done))
        return list(zip(jobs, done, strict=True))

    def _next(self, last: _Job) -> _Job | None:
        """Take the next piece of work when it may share the transaction; a cry for help waits for nobody after it."""
        if last.urgency in {Urgency.HELP, Urgency.ALARM, Urgency.BULK}:
            return None
        while (job := self._queue.take_more(Urgency.DELIVERY)) is not None:
            if _is_wanted(job):
                return job
        return None


def _under_savepoint(conn: Connection, work: Callable[[Connection], Any]) -> _Done:
    # Told to the driver itself: `begin_nested` costs a small piece of work a tenth of its time. Only SQLite comes here.
    driver: Any = conn.connection.driver_connection
    driver.execute("SAVEPOINT piece")
    try:
        result = work(conn)
    except BaseException as error:  # noqa: BLE001 - as above
        driver.execute("ROLLBACK TO piece")
        driver.execute("RELEASE piece")
        return _Done(None, error)
    driver.execute("RELEASE piece")
    return _Done(result)


def _is_wanted(job: _Job) -> bool:
    """Begin a piece of work, unless whoever submitted it has cancelled it."""
    return isinstance(job.future, asyncio.Future) or job.future.set_running_or_notify_cancel()


def _tell(done: Sequence[tuple[_Job, _Done]]) -> None:
    on_loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], _Done]]] = defaultdict(list)
    for job, one in done:
        if isinstance(job.future, asyncio.Future):
            on_loops[job.future.get_loop()].append((job.future, one))
        else:
            _settle(job.future, one)
    for loop, settled in on_loops.items():
        try:
            loop.call_soon_threadsafe(_settle_all, settled)
        except RuntimeError:  # the loop has ended, and with it everybody who waited
            continue


def _settle_all(settled: Sequence[tuple[asyncio.Future[Any], _Done]]) -> None:
    for future, one in settled:
        if not future.done():
            _settle(future, one)
            future.exception()  # seen: asyncio would log the text of one whose waiter is gone


def _settle(future: "Future[Any] | asyncio.Future[Any]", one: _Done) -> None:
    if one.error is None:
        future.set_result(one.result)
    else:
        future.set_exception(one.error)


def _nothing(_conn: Connection) -> None:
    """Stand where a piece of work would."""
