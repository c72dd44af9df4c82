"""What the office can do for a student whom nothing reaches."""

import pytest

from bot.addresses.model import Address, AddressState
from bot.addresses.rules import Can, Way
from bot.views.mending import Mend, to_mend
from tests.fakes.ground import NOW

ALL = frozenset({"telegram", "wecom", "wechat", "mail", "web"})


def way(channel: str, state: AddressState, why: str) -> Way:
    address = Address(1, 1, channel, "bot", "x", state, 0, why, NOW, None, None)
    return Way(address, Can.NO, why)


BLOCKED = way("telegram", AddressState.GONE, "blocked")
BOUNCED = way("mail", AddressState.WRONG, "bounced")
INVITED = way("mail", AddressState.PENDING, "pending")


@pytest.mark.parametrize(
    ("ways", "email", "live", "mend"),
    [
        ([], None, ALL, Mend.NO_MAIL),
        ([], " ", ALL, Mend.NO_MAIL),
        ([], None, ALL - {"mail"}, Mend.INVITE),
        ([BLOCKED], None, ALL, Mend.NO_MAIL),
        ([BLOCKED, BOUNCED], "a@b.example", ALL, Mend.WRONG_MAIL),
        # A colleague on the roster has the same mail address: it is no way to her.
        ([BLOCKED], "a@b.example", ALL, Mend.WRONG_MAIL),
        ([way("mail", AddressState.REVOKED, "not_on_roster")], None, ALL, Mend.NO_MAIL),
        ([BLOCKED, INVITED], "a@b.example", ALL, Mend.INVITE),
        ([way("wecom", AddressState.WRONG, "invalid_user")], None, ALL, Mend.DIRECTORY),
        ([way("wecom", AddressState.GONE, "unlicensed"), INVITED], "a@b.example", ALL, Mend.INVITE),
        ([way("wechat", AddressState.WORKING, "window_closed")], None, ALL, Mend.WRITES),
        ([way("telegram", AddressState.WORKING, "switched_off")], None, ALL, Mend.CHANNEL),
    ],
)
def test_an_invitation_is_named_only_where_it_helps(
    ways: list[Way], email: str | None, live: frozenset[str], mend: Mend
) -> None:
    assert to_mend(ways, email, live) is mend
