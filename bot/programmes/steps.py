"""The steps of the checklist before departure: made of what a programme file says, and checked against each other.

Called by `bot/programmes/parse.py`. Pure.
"""

from collections.abc import Iterator, Sequence
from types import MappingProxyType

from bot.programmes.model import Audience, ChecklistStep, Question
from bot.programmes.rules import Fault
from bot.programmes.shape import QuestionShape, StepShape, WordsShape

_NO_WORDS = MappingProxyType({"zh": "", "en": ""})


def read_step(part: StepShape, audience: Audience) -> ChecklistStep:
    """Return a step as the file describes it."""
    text = _NO_WORDS if part.text is None else _words(part.text)
    questions = tuple(Question(_words(one), one.right) for one in part.question)
    return ChecklistStep(
        part.key, _words(part.title), text, part.link, part.proof, part.after, part.signed, audience, questions
    )


def loose_ends(steps: Sequence[ChecklistStep]) -> Iterator[tuple[str, Fault]]:
    """Yield the steps that wait for one that is not there, or that does not stand before them."""
    before: set[str] = set()
    keys = {step.key for step in steps}
    for step in steps:
        for other in step.after:
            if other not in keys:
                yield step.key, Fault(f"there is no step {other!r}", "name a step of this file, or remove it")
            elif other not in before:
                yield step.key, Fault(f"{other!r} does not stand before it", "put the steps in their order")
        before.add(step.key)


def _words(part: WordsShape | QuestionShape) -> MappingProxyType[str, str]:
    return MappingProxyType({"zh": part.zh, "en": part.en})
