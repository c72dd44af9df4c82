"""Reads escalation policies from settings or from a file named there, and finds every mistake at once.

What a school leaves out stays as it is shipped; `bot/policies/policies.toml` explains every key.
"""

import json
import tomllib
from datetime import timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.errors import Mistake, MistakesError
from bot.policies.model import Policies, Policy, Step, Whom

REASONS = ("urgent", "missed", "unreached", "not_asked", "rollcall", "hard")
LONGEST = timedelta(days=30)
EXPLAINED = "the shipped policies explain it: yanxin policies"
_SHAPES = {
    "timedelta": ("is no span of time", 'write it like "PT5M", "PT2H" or "P1D"'),
    "bool": ("is neither true nor false", "write true or false"),
    "enum": ("is nobody that can be told", f"use {', '.join(Whom)}"),
    "extra_forbidden": ("there is no such key", f"remove it; {EXPLAINED}"),
    "missing": ("is missing", "write it"),
    "tuple": ("is no list", "write it in square brackets, like […]"),
    "model": ("is no table", 'write it like { after = "PT5M", whom = ["duty"] }'),
    "greater_than_equal": ("is too short", f"write a longer one; {EXPLAINED}"),
    "less_than_equal": ("is too long", f"write a shorter one; {EXPLAINED}"),
}

_Span = Annotated[timedelta, Field(ge=timedelta(0), le=LONGEST)]
_Held = Annotated[timedelta, Field(ge=timedelta(minutes=1), le=LONGEST)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Step(_Shape):
    after: _Span = timedelta(0)
    whom: tuple[Whom, ...]


class _Policy(_Shape):
    wakes: bool
    steps: tuple[_Step, ...]
    repeat: _Held | None = None
    act_within: _Held
    again_within: _Held


_POLICY = TypeAdapter(_Policy)


def parse(values: dict[str, Any], source: str) -> Policies:
    """Return the policies that `values` (by reason) make of the shipped ones; MistakesError names every mistake."""
    mistakes: list[Mistake] = []
    found = dict(shipped().of)
    for reason, given in values.items():
        where = f"{source}: [{reason}]"
        if reason not in REASONS:
            mistakes.append(Mistake(where, "there is no such reason", f"use {', '.join(REASONS)}"))
            continue
        try:
            policy = _made(_POLICY.validate_python(_over(found[reason], given)))
        except ValidationError as error:
            mistakes += [_mistake(where, detail) for detail in error.errors()]
            continue
        mistakes += [Mistake(where, *fault) for fault in _faults(reason, policy)]
        found[reason] = policy
    if mistakes:
        raise MistakesError(mistakes)
    return Policies(found)


@lru_cache(maxsize=1)
def shipped() -> Policies:
    """Return the policies that come with the program."""
    values = tomllib.loads(files("bot.policies").joinpath("policies.toml").read_text(encoding="utf-8"))
    return Policies({reason: _made(_POLICY.validate_python(given)) for reason, given in values.items()})


def to_json(policies: Policies) -> str:
    """Return policies as canonical JSON, which `from_json` reads back."""
    return json.dumps({reason: _plain(policy) for reason, policy in policies.of.items()}, sort_keys=True)


@lru_cache(maxsize=64)
def from_json(body: str) -> Policies:
    """Return the policies that `to_json` wrote."""
    return Policies({reason: _made(_POLICY.validate_python(one)) for reason, one in json.loads(body).items()})


def _over(policy: Policy, given: Any) -> Any:
    return _plain(policy) | given if isinstance(given, dict) else given


def _made(shape: _Policy) -> Policy:
    steps = tuple(Step(step.after, step.whom) for step in shape.steps)
    return Policy(shape.wakes, steps, shape.repeat, shape.act_within, shape.again_within)


def _plain(policy: Policy) -> dict[str, Any]:
    span = TypeAdapter(timedelta)
    steps = [
        {"after": span.dump_python(step.after, mode="json"), "whom": [one.value for one in step.whom]}
        for step in policy.steps
    ]
    return {
        "wakes": policy.wakes,
        "steps": steps,
        "repeat": None if policy.repeat is None else span.dump_python(policy.repeat, mode="json"),
        "act_within": span.dump_python(policy.act_within, mode="json"),
        "again_within": span.dump_python(policy.again_within, mode="json"),
    }


def _faults(reason: str, policy: Policy) -> list[tuple[str, str]]:
    """Find what is well-formed and must not be: silence about a cry, or a hard week that others hear of."""
    told = {whom for step in policy.steps for whom in step.whom}
    first = policy.steps[0] if policy.steps else Step(timedelta(0), ())
    is_hard, is_urgent = reason == "hard", reason == "urgent"
    alarms = not is_hard and reason != "rollcall"
    rules = (
        (any(not step.whom for step in policy.steps), "a step names nobody", "name whom it tells, or remove it"),
        (
            is_hard and (told != {Whom.CHOSEN} or policy.repeat is not None or policy.wakes),
            "a hard week goes to whom she chose and to nobody else",
            'leave steps = [{ whom = ["chosen"] }]',
        ),
        (not is_hard and Whom.CHOSEN in told, '"chosen" is for a hard week only', "name somebody else"),
        (
            reason == "rollcall" and bool(policy.steps),
            "the silent of a roll-call are worklists, not alarms",
            "leave steps = []",
        ),
        (
            alarms and not told - {Whom.BUDDY, Whom.CHOSEN},
            "nobody of the staff is ever told",
            'name "counsellor", "duty", "coordinator" or "office"',
        ),
        (
            alarms and policy.repeat is None,
            "repeat is missing: a case that nobody acknowledges would be forgotten",
            'write repeat = "P1D"',
        ),
        (is_urgent and not policy.wakes, "a call for help must wake people", "write wakes = true"),
        (
            is_urgent and bool(first.after or not set(first.whom) - {Whom.BUDDY}),
            "the first step of a call for help must tell staff at once",
            'remove "after" and name "duty"',
        ),
    )
    return [(what, mend) for is_so, what, mend in rules if is_so]


def _mistake(where: str, detail: Any) -> Mistake:
    path = ".".join(str(part) for part in detail["loc"])
    place = f"{where} {path}".rstrip()
    for name, (what, mend) in _SHAPES.items():
        if detail["type"].startswith((name, "time_delta" if name == "timedelta" else name)):
            given = "" if name in {"missing", "extra_forbidden"} else f"{detail['input']!r} "
            return Mistake(place, f"{given}{what}", mend)
    return Mistake(place, "does not go here", EXPLAINED)
