"""On what a benchmark ran: processor, memory, versions, and how busy the machine was. The report quotes it."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("SQLAlchemy", "psycopg", "python-telegram-bot", "APScheduler", "httpx", "aiohttp", "uvicorn", "Jinja2")


def load() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]


def described(postgresql: str) -> list[str]:
    """Return lines about the machine and the versions in use."""
    return [
        f"{_processor()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} (WAL, synchronous=FULL)",
        f"PostgreSQL {postgresql} (as installed: fsync and synchronous_commit on), on the same disk",
        ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    ]


def resident_mib(pid: int | str = "self") -> float:
    """Return the resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} does not tell its memory")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
