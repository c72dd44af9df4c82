"""The steps of the checklist in a programme file: what is read, and each mistake with its place."""

import pytest

from bot.errors import MistakesError
from bot.programmes.model import Kind, Proof
from bot.programmes.parse import parse
from bot.programmes.versions import default_text

BASE = default_text()[: default_text().index("# Each [[step]]")]


def faults(text: str) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        parse(BASE + text, 1)
    return [str(one) for one in caught.value.mistakes]


def test_the_shipped_steps_are_read_and_asked_for() -> None:
    programme = parse(default_text(), 1)
    assert [item.kind for item in programme.items if item.counts_down] == [Kind.CHECKLIST, Kind.FLIGHT]
    safety, visa = programme.step("safety"), programme.step("visa")
    assert safety is not None
    assert [one.right for one in safety.questions] == [True, False]
    assert safety.title["zh"] == "安全与法律教育"
    assert visa is not None
    assert (visa.proof, visa.after) == (Proof.VISA, ("approval", "passport"))


A = '[[step]]\nkey = "a"\ntitle = { zh = "一", en = "a" }\n'
B = A.replace('"a"', '"b"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (A.replace('"a"', '"A"', 1), 'step "A" key'),
        (A.replace(', en = "a"', ""), 'step "a" title.en: is missing'),
        (A + 'proof = "blood"', "step \"a\" proof: 'blood' is not known"),
        (A + 'link = "jw"', "step \"a\" link: 'jw' is no link"),
        (A + 'after = ["b"]', "step \"a\" after: there is no step 'b'"),
        (A + 'after = ["b"]\n' + B, "'b' does not stand before it"),
        (A + A, 'step "a": stands here 2 times'),
        (A + '[step.audience]\ntypes = ["holiday"]', 'step "a" audience.types'),
        (A + '[[step.question]]\nzh = "？"\nen = "?"', 'step "a" question 1.right: is missing'),
    ],
)
def test_each_mistake_has_its_place(text: str, said: str) -> None:
    assert any(said in one for one in faults(text)), faults(text)


def test_a_checklist_is_asked_for_before_departure() -> None:
    wrong = default_text().replace("before = { days = 60", "after = { days = 60")
    with pytest.raises(MistakesError, match="asked for before departure"):
        parse(wrong, 1)
