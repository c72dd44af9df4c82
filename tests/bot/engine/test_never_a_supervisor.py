"""Whatever a school writes into its policies and its rotas: a supervisor is never told, and never may act."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases.model import Case, CaseState, Reason
from bot.engine.deeds import may_act
from bot.engine.step_people import people_at
from bot.engine.who_helps import load_helpers
from bot.people import store as people_store
from bot.people.model import RoleKind
from bot.policies.model import Step, Whom
from bot.policies.parse import REASONS, shipped
from bot.prompts.model import ShareWith
from tests.fakes.ground import open_ground
from tests.support.rotas import load_rotas
from tests.support.school import START, School

ROTA = """
[[rota]]
name = "Everybody"
zone = "Asia/Shanghai"
handover = "Mon 09:00"
members = ["X1", "Y1"]
since = 2026-08-31
"""
STEPS = [
    *(step for policy in shipped().of.values() for step in policy.steps),
    *(Step(timedelta(0), (one,)) for one in Whom),
]


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    database = open_ground(tmp_path)
    yield School(database)
    database.close()


@pytest.mark.parametrize("skips", [False, True])
def test_a_supervisor_is_on_no_step_of_any_policy(school: School, skips: bool) -> None:
    supervisor, secretary = school.person("X1", RoleKind.SUPERVISOR), school.person("Y1", RoleKind.SECRETARY)
    student = school.student("S1")
    values = {"supervisor_id": supervisor, "counsellor_id": supervisor, "skips_counsellor": skips}
    school.do(lambda conn: people_store.update_person(conn, student, **values))
    school.do(lambda conn: load_rotas(conn, ROTA))
    with school.db.engine.connect() as conn:
        her = people_store.by_id(conn, student)
        staff = people_store.by_ids(conn, [supervisor, secretary])
        assert her is not None
        helpers = load_helpers(conn, [her])
        case = Case(1, student, Reason.MISSED, CaseState.OPEN, None, None, START, START, 0, None, None, None, None)
        for reason in REASONS:
            for share in (None, *ShareWith):
                one = replace(case, reason=Reason(reason), share_with=share)
                told = {person for step in STEPS for person in people_at(conn, one, her, step, helpers, START)}
                assert not told & {supervisor, secretary}
                assert not [person for person in staff.values() if may_act(conn, one, person, START)]
