"""Forgets the bytes of photos and documents that no report and no checklist has. Called with the hourly purge."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, select

from bot.checklists.store import checklist_files
from bot.materials.store import branch_materials
from bot.reports.model import Form
from bot.reports.store import report_files
from bot.reports.tables import SHELVES
from bot.sealed import Keyring
from bot.sessions.words import session_words
from bot.storage.vault import Vault, vault_in

OF_CARE: Sequence[Table] = (report_files, session_words, checklist_files)
"""What names files of reports and of checklists, and voice notes."""
OF_BRANCHES: Sequence[Table] = (SHELVES[Form.STUDY].files, branch_materials, session_words)
"""What names files of branch matters, voice notes of rounds among them; the first of these lay with the others."""
YOUNG = timedelta(days=1)
"""How long bytes may lie there before a report names them: they are written first."""


def forget_all_unused(conn: Connection, folder: str, keyring: Keyring, real_now: datetime) -> int:
    """Drop what no row names from both vaults of a folder, branch matters apart; return how many files that were."""
    of_branches = forget_unused(conn, vault_in(folder, keyring, branch=True), real_now, OF_BRANCHES)
    return of_branches + forget_unused(conn, vault_in(folder, keyring), real_now)


def forget_unused(conn: Connection, vault: Vault, real_now: datetime, tables: Sequence[Table] = OF_CARE) -> int:
    """Drop what no row of these tables names; return how many files that were."""
    known = {digest for table in tables for digest in conn.execute(select(table.c.digest).distinct()).scalars()}
    unused = [digest for digest in vault.lying_since(real_now - YOUNG) if digest not in known]
    for digest in unused:
        vault.drop(digest)
    return len(unused)
