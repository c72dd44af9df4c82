"""Escalation policies as a school writes them: what is left out stays as shipped, every mistake is named at once."""

import tomllib
from datetime import timedelta

import pytest

from bot.cases.model import Reason
from bot.errors import MistakesError
from bot.policies.model import Whom
from bot.policies.parse import REASONS, from_json, parse, shipped, to_json
from bot.policies.rules import SLOWED, holds_for, wait_before


def _mistakes(toml: str) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        parse(tomllib.loads(toml), "config.toml")
    return [str(mistake) for mistake in caught.value.mistakes]


def test_there_is_a_policy_for_every_reason() -> None:
    assert set(shipped().of) == set(REASONS) == {reason.value for reason in Reason}


def test_what_is_left_out_stays_as_it_is_shipped() -> None:
    made = parse(tomllib.loads('[missed]\nrepeat = "PT12H"'), "x").of
    assert made["missed"].repeat == timedelta(hours=12)
    assert made["missed"].steps == shipped().of["missed"].steps
    assert made["urgent"] == shipped().of["urgent"]


def test_json_gives_back_what_went_in() -> None:
    made = parse(tomllib.loads('[missed]\nsteps = [{ whom = ["office"], after = "PT3H" }]'), "x")
    assert from_json(to_json(made)) == made
    assert to_json(made) == to_json(from_json(to_json(made)))


def test_every_mistake_is_named_at_once() -> None:
    found = _mistakes(
        """
        [urgnt]
        wakes = true
        [missed]
        steps = [{ whom = ["supervisor"], after = "soon" }]
        acts_within = "P1D"
        [unreached]
        wakes = "yes please"
        """
    )
    text = "\n".join(found)
    assert "config.toml: [urgnt]: there is no such reason; use urgent" in text
    assert "[missed] steps.0.whom.0: 'supervisor' is nobody that can be told; use buddy, counsellor" in text
    assert "[missed] steps.0.after: 'soon' is no span of time" in text
    assert "[missed] acts_within: there is no such key" in text
    assert "[unreached] wakes: 'yes please' is neither true nor false" in text
    assert len(found) == 5


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[hard]\nsteps = [{ whom = ["chosen", "office"] }]', "goes to whom she chose"),
        ('[hard]\nrepeat = "P1D"', "goes to whom she chose"),
        ('[missed]\nsteps = [{ whom = ["chosen"] }]', '"chosen" is for a hard week only'),
        ('[missed]\nsteps = [{ whom = ["buddy"] }]', "nobody of the staff is ever told"),
        ('[missed]\nsteps = [{ whom = ["office"] }, { whom = [] }]', "a step names nobody"),
        ("[missed]\nsteps = []", "nobody of the staff is ever told"),
        ("[urgent]\nwakes = false", "must wake people"),
        ('[urgent]\nsteps = [{ whom = ["duty"], after = "PT1M" }]', "must tell staff at once"),
        ('[urgent]\nsteps = [{ whom = ["buddy"] }, { whom = ["duty"] }]', "must tell staff at once"),
        ('[rollcall]\nsteps = [{ whom = ["office"] }]', "worklists, not alarms"),
        ('[missed]\nact_within = "PT0M"', "act_within"),
        ('[missed]\nact_within = "P900D"', "is too long; write a shorter one"),
        ("[missed]\nwakes = 3", "3 is neither true nor false; write true or false"),
        ("[missed]\nsteps = 3", "3 is no list; write it in square brackets"),
        ("[missed]\nsteps = [3]", "3 is no table; write it like {"),
        ("[missed]\nsteps = [{}]", "is missing; write it"),
        ("[missed]\nrepeat = []", "[] is no span of time; write it like"),
        ("missed = 3", "3 is no table; write it like {"),
    ],
)
def test_a_policy_that_would_leave_her_alone_is_refused(toml: str, said: str) -> None:
    assert any(said in mistake for mistake in _mistakes(toml))


def test_behind_the_last_step_comes_the_repeat_and_a_false_alarm_slows_both() -> None:
    urgent = shipped().of["urgent"]
    assert wait_before(urgent, 0) == timedelta(0)
    assert wait_before(urgent, 1) == timedelta(minutes=5)
    assert wait_before(urgent, 2) == wait_before(urgent, 9) == timedelta(minutes=10)
    assert wait_before(urgent, 2, slowed=True) == timedelta(minutes=10) * SLOWED
    assert wait_before(shipped().of["hard"], 1) is None
    assert holds_for(urgent, acted=False) < holds_for(urgent, acted=True)


def test_nobody_is_told_of_a_hard_week_but_whom_she_chose() -> None:
    assert [step.whom for step in shipped().of["hard"].steps] == [(Whom.CHOSEN,)]
