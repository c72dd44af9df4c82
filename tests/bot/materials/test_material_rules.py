"""What can be shared with a branch: a title, and a link or a file."""

import pytest

from bot.materials.model import Fault
from bot.materials.rules import LONGEST_TITLE, fault_in


@pytest.mark.parametrize(
    ("title", "link", "has_file", "fault"),
    [
        ("读书会材料", "https://example.edu/a?b=1", False, None),
        ("读书会材料", "", True, None),
        ("", "https://example.edu", False, Fault.NO_TITLE),
        ("x" * (LONGEST_TITLE + 1), "", True, Fault.LONG),
        ("x", "javascript:alert(1)", True, Fault.LINK),
        ("x", "https://a b", True, Fault.LINK),
        ("x", "https://", True, Fault.LINK),
        ("x", "https://[::1", True, Fault.LINK),
        ("x", "", False, Fault.NOTHING),
    ],
)
def test_what_is_wrong_is_named(title: str, link: str, has_file: bool, fault: Fault | None) -> None:
    assert fault_in(title, link, has_file=has_file) is fault
