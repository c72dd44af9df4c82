"""Reports go at their time, with their files; bytes that a report has, or that have just come, stay."""

import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.reports import drafts, files, store, versions
from bot.reports.model import Stage
from bot.reports.store import report_feedback, report_files, report_sections, reports
from bot.settings import Retention
from bot.storage.vault import Vault
from scheduler.files_unused import forget_unused
from scheduler.purge import purge
from tests.fakes.ground import NOW, Ground, open_ground

KEEP = Retention()
OLD = timedelta(days=KEEP.reports_days + 400)


def test_reports_go_with_everything_that_hangs_on_them(tmp_path: Path) -> None:
    ground = Ground(open_ground(tmp_path))
    vault = Vault(tmp_path / "files", ground.database.keyring)
    kept, gone, loose = vault.put(b"kept"), vault.put(b"gone"), vault.put(b"loose")
    for number, age, digest in (("S1", OLD, gone), ("S2", timedelta(days=1), kept)):
        person = ground.student(number, reachable=False)
        trip = ground.trip(person)
        made = ground.database.write(
            lambda conn, p=person, t=trip, a=age: store.add(conn, p, t, "return_report", None, NOW - a)  # type: ignore[misc]
        )

        def fill(conn, made=made, age=age, digest=digest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            drafts.say(conn, made, "done", "x", "web", NOW - age)
            files.add_file(conn, made, digest, "jpeg", "a.jpg", 4, NOW - age)
            store.change_stage(conn, made, Stage.ACCEPTED, decided_at=NOW - age)
            versions.add_feedback(conn, "GB", "Host", (NOW - age).year, "cold")

        ground.database.write(fill)
    assert ground.database.write(lambda conn: purge(conn, KEEP, NOW, NOW)) == 2
    for table in (reports, report_sections, report_files, report_feedback):
        count = select(func.count()).select_from(table)
        assert ground.database.read(lambda conn, count=count: conn.execute(count).scalar_one()) == 1  # type: ignore[misc]
    young = NOW.timestamp() - 3600
    for digest in (kept, gone, loose):
        os.utime(tmp_path / "files" / digest[:2] / digest, (young, young))
    assert ground.database.read(lambda conn: forget_unused(conn, vault, NOW)) == 0
    assert ground.database.read(lambda conn: forget_unused(conn, vault, NOW + timedelta(days=1))) == 2
    assert (vault.get(kept), vault.get(gone), vault.get(loose)) == (b"kept", None, None)
    ground.database.close()
