"""Forgets the bytes of photos and documents that no report has any more. Called with the hourly purge."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.reports.store import report_files
from bot.sessions.words import session_words
from bot.storage.vault import Vault

YOUNG = timedelta(days=1)
"""How long bytes may lie there before a report names them: they are written first."""


def forget_unused(conn: Connection, vault: Vault, real_now: datetime) -> int:
    """Drop what no report and no voice note names; return how many files that were."""
    known = set(conn.execute(select(report_files.c.digest).distinct()).scalars())
    known |= set(conn.execute(select(session_words.c.digest).distinct()).scalars())
    unused = [digest for digest in vault.lying_since(real_now - YOUNG) if digest not in known]
    for digest in unused:
        vault.drop(digest)
    return len(unused)
