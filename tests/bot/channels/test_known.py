"""A channel is known everywhere or nowhere: whoever adds one is told here what is still missing."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.addresses import model
from bot.addresses.model import MAIL, PULL_ONLY, VOUCHED, WAKE_ONLY
from bot.app.channels_made import kit_of, make_channels
from bot.channels.about import About, Ours
from bot.channels.base import Channel, Coded, Formed, Sourced
from bot.channels.known import KNOWN, most_of
from bot.platforms.most import Most
from bot.rendering.renderer import Renderer
from bot.settings import Settings
from bot.settings_channels import NAMES
from bot.simulation.order import Order
from bot.simulation.roster import CHANNELS as INVENTED
from bot.simulation.scratch import accounts_of
from tests.fakes.ground import NOW

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "tests"
ON: dict[str, dict[str, Any]] = {
    "web": {},
    "telegram": {"token": "12:token", "bot_username": "our_bot"},
    "wecom": {"corp_id": "ww1", "agent_id": 7, "secret": "s", "token": "t", "aes_key": "k" * 43, "cards": True},
    "dingtalk": {"client_id": "ding1", "client_secret": "s", "robot_code": "ding1"},
    "wechat": {
        "app_id": "wx1",
        "secret": "s",
        "token": "ttt",
        "aes_key": "k" * 43,
        "templates": [{"id": "template-1", "kinds": ["question"], "fields": {"thing1": "{text}"}}],
    },
    "mail": {"host": "127.0.0.1", "from": "yanxin@example.edu"},
}
"""What each channel needs to be switched on."""
every = pytest.mark.parametrize("about", list(KNOWN.values()), ids=list(KNOWN))


GIVEN_UP = re.compile(r"ResultKind\.(?:ADDRESS_WRONG|PERSON_GONE),\s*(?:reason=)?\"(\w+)\"")
"""How `errors.py` names why an address is given up."""


REASON = re.compile(r"ResultKind\.\w+,\s*(?:wait=\w+,\s*)?(?:reason=)?\"(\w+)\"")


def switched_on(*names: str) -> Settings:
    sections = {name: {"enabled": name in names} | (ON[name] if name in names else {}) for name in ON}
    return Settings.model_validate({"channels": sections})


def test_folders_settings_and_the_list_agree() -> None:
    folders = {file.parent.name for file in (ROOT / "bot/channels").glob("*/channel.py")} - {"alarm"}  # it wakes only
    invented = {name for linked in INVENTED for name in linked}
    missing = {
        "no line in bot/channels/known.py": folders - set(KNOWN),
        "no field in bot/settings_channels.py": folders - set(NAMES),
        "nobody has it in bot/simulation/roster.py": folders - invented,
        "not in ON above: what switches it on": folders - set(ON),
        "there is no such folder": (set(KNOWN) | set(NAMES) | set(ON) | invented) - folders,
    }
    assert not {what: names for what, names in missing.items() if names}
    assert {one.name for one in make_channels(switched_on(*ON))} == set(ON)
    for name in ("PULL_ONLY", "VOUCHED", "WINDOWED", "TAKES_FILES", "WITHOUT_BUTTONS", "WITHOUT_BRANCHES"):
        assert getattr(model, name) <= set(KNOWN), name
    assert not set(KNOWN) & WAKE_ONLY


@every
def test_what_is_made_is_what_was_said_of_it(about: About) -> None:
    settings = switched_on(about.name)
    (channel,) = make_channels(settings)
    assert (channel.name, about.is_on(settings)) == (about.name, True)
    forms = channel.forms if isinstance(channel, Formed) else ()
    made = Ours(channel.account, channel.can_edit, channel.can_push, forms)
    assert made == about.ours(settings.channels)
    assert made.account == getattr(settings.channels, about.name).account != ""
    (counted,) = accounts_of(Order(start=NOW, days=1, seed=1), settings)
    assert (counted.channel, counted.account, counted.forms) == (about.name, made.account, made.forms)


@every
def test_what_fetches_and_what_has_groups_says_so(about: About) -> None:
    """`bot.app.running` runs every source there is, and `bot.engine.group_posts` knows every group."""
    (channel,) = make_channels(switched_on(about.name))
    assert isinstance(channel, Sourced) == hasattr(channel, "one_at_a_time")
    assert isinstance(channel, Sourced) or not hasattr(channel, "run")
    with_groups = "groups" in type(getattr(Settings().channels, about.name)).model_fields
    assert (about.robots is not None, about.group_limits is not None) == (with_groups, with_groups)


@every
@pytest.mark.parametrize("language", ["zh", "en"])
def test_why_an_address_is_given_up_has_words(about: About, language: str) -> None:
    """Staff read it on the student's page and before every bulk action, she with /channels."""
    errors = ROOT / f"bot/channels/{about.name}/errors.py"
    codes = sorted(set(GIVEN_UP.findall(errors.read_text(encoding="utf-8")))) if errors.is_file() else []
    pages = Renderer()._pages[language]
    words, reach = (vars(pages.get_template(f"console/{name}.html").module) for name in ("words", "reach_words"))
    for code in codes:
        assert words["reason"](code).strip(), f"{code} has no words in templates/console/words.html"
        assert reach["why"](code).strip() != reach["why"]("something_passing").strip(), code
        way = {"channel": about.name, "can": "no", "why": code, "proven": False, "ok_at": None}
        hers = [
            Renderer().chat("parts/channel_state", language, {"way": way | {"why": why}}).text
            for why in (code, "something_passing")
        ]
        assert hers[0] != hers[1], f"{code} has no words in templates/chat/parts/channel_state.txt"


def test_what_several_channels_say_names_none_of_them() -> None:
    """Staff read one word for it, whichever channel it is about."""
    folder = ROOT / "bot/channels"
    given = Counter(
        code for file in folder.glob("*/errors.py") for code in set(REASON.findall(file.read_text(encoding="utf-8")))
    )
    shared = {code for code, count in given.items() if count > 1}
    assert "not_allowed" in shared
    for language, names in {"zh": "微信|公众号|钉钉", "en": "WeCom|WeChat|DingTalk"}.items():
        words = vars(Renderer()._pages[language].get_template("console/words.html").module)
        assert not [code for code in sorted(shared) if re.search(names, words["reason"](code))]


@every
def test_it_has_limits_and_a_way_to_read_what_comes(about: About) -> None:
    assert callable(about.reads.understand)
    if about.name not in PULL_ONLY:
        assert callable(about.reads.is_known)
        assert most_of(about.name, Settings()) != Most()


@every
def test_there_is_one_way_to_join(about: About) -> None:
    """A link, a code, the school's own directory, or our page; a mail address stands on the roster."""
    ways = (about.link is not None, about.is_coded, bool(about.joins), about.name in PULL_ONLY, about.name == MAIL)
    assert sum(ways) == 1
    assert bool(about.joins) == (about.name in VOUCHED - {MAIL})
    made: Channel = about.make(kit_of(switched_on(about.name)))
    assert isinstance(made, Coded) == about.is_coded
    assert "S1" in about.joins.format(number="S1") or not about.joins


@every
def test_it_has_a_name_for_people_in_both_languages(about: About) -> None:
    renderer = Renderer()
    called = {one: renderer.chat("parts/channel_called", one, {"channel": about.name}).text for one in ("zh", "en")}
    assert called["zh"] != about.name
    assert called["en"].lower() in {about.title.lower(), about.title.removeprefix("the ")}
    assert re.search("[\u4e00-\u9fff]", called["zh"]) or called["zh"] == about.title


@every
def test_it_is_tried_against_a_platform_and_told_as_a_story(about: About) -> None:
    assert (TESTS / f"fakes/{about.name}.py").is_file()
    assert list((TESTS / f"bot/channels/{about.name}").glob("test_*.py"))
    assert about.name in PULL_ONLY or (TESTS / f"stories/test_{about.name}.py").is_file()
