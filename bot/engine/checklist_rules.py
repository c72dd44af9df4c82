"""How far a checklist is: which steps are open, wait for the office, are locked or done. Pure."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.checklists.model import Mark, StepState
from bot.programmes.model import ChecklistStep, Proof

SAID = frozenset({Proof.TICK, Proof.SOS})
"""Proofs that are her word alone."""
SUPPORT = "{support}"
"""Stands in the text of a step for the psychological support that the settings name."""


def text_of(step: ChecklistStep, language: str, support: str) -> str:
    """Return the text of a step as she reads it."""
    return step.text[language].replace(SUPPORT, support).strip()


@dataclass(frozen=True)
class Line:
    """One step as it stands for one student; `question` is the next that she has not answered, None when none is."""

    step: ChecklistStep
    state: StepState
    question: int | None = None
    returned: str = ""


def lines_of(
    steps: Sequence[ChecklistStep],
    marks: Mapping[str, Mark],
    with_files: AbstractSet[str],
    seen: AbstractSet[Proof],
) -> tuple[Line, ...]:
    """Return the steps that concern a student, each as it stands; `seen` is what is done without a word of hers."""
    here = {step.key for step in steps}
    done: set[str] = set()
    found = []
    for step in steps:
        mark = marks.get(step.key)
        state = _state(step, mark, with_files, seen)
        if state not in {StepState.DONE, StepState.WAITING} and not {key for key in step.after if key in here} <= done:
            state = StepState.LOCKED
        if state is StepState.DONE:
            done.add(step.key)
        answered = 0 if mark is None else mark.answered
        question = answered if answered < len(step.questions) else None
        returned = mark.returned if mark is not None and state is StepState.RETURNED else ""
        found.append(Line(step, state, question, returned))
    return tuple(found)


def is_ready(lines: Sequence[Line]) -> bool:
    """Tell whether nothing is left to do, for her or for the office."""
    return all(line.state is StepState.DONE for line in lines)


def _state(step: ChecklistStep, mark: Mark | None, with_files: AbstractSet[str], seen: AbstractSet[Proof]) -> StepState:
    if mark is not None and mark.signed_at is not None:
        return StepState.DONE
    if mark is not None and mark.returned:
        return StepState.RETURNED
    asked = mark is None or mark.answered >= len(step.questions)
    if step.proof in SAID:
        is_said = mark is not None and mark.said_at is not None
    elif step.proof is Proof.FILE:
        is_said = step.key in with_files
    else:
        is_said = step.proof in seen
    if not is_said or not asked:
        return StepState.OPEN
    return StepState.WAITING if step.is_signed else StepState.DONE
