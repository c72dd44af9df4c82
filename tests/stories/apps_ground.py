"""A university that has all channels at once, and a student who uses each of them: what the stories of apps share."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.addresses.store import addresses
from bot.journal.store import journal
from bot.people.store import people
from handlers import wechat_webhook
from handlers.wechat_webhook import PATH as WECHAT_PATH
from handlers.wecom_webhook import PATH as WECOM_PATH
from tests.fakes.dingtalk import FakeDingTalk
from tests.fakes.dingtalk_member import Member as Colleague
from tests.fakes.mail import FakeSmtp, Reader
from tests.fakes.telegram_phone import Phone
from tests.fakes.web import Visitor
from tests.fakes.wechat import FakeWeChat
from tests.fakes.wechat_follower import Follower
from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom_calls import call
from tests.fakes.wecom_member import Member
from tests.stories import test_dingtalk, test_wechat, test_wecom
from tests.stories.mail_ground import MEI, invited, knows_mail
from tests.stories.world import World, world_at


@dataclass
class Apps:
    """What the platforms hold of the student S1, once she has joined on all of them."""

    world: World
    wecom_fake: FakeWeCom
    wechat_fake: FakeWeChat
    dingtalk_fake: FakeDingTalk
    smtp: FakeSmtp
    phone: Phone = field(init=False)
    wecom: Member = field(init=False)
    wechat: Follower = field(init=False)
    dingtalk: Colleague = field(init=False)
    mail: Reader = field(init=False)

    def joins_all(self, language: str = "zh") -> None:
        """Let her join on every channel, one after another."""
        world = self.world
        self.phone = world.student("S1", language=language, email=MEI, departs="2026-11-20")
        self.wecom = test_wecom.joins(world, self.wecom_fake.member("S1"))
        self.wechat = test_wechat.joins(world, self.wechat_fake, "S1")
        self.dingtalk = test_dingtalk.joins(world, self.dingtalk_fake.member("S1"))
        knows_mail(world)
        self.mail = invited(world, self.smtp, agrees="我同意")
        self.forgets()

    def forgets(self) -> None:
        """Say that the story does not care for what has arrived at her so far, in any app."""
        while self.phone.unheard:
            self.phone.hears()
        for one in (self.wecom, self.wechat, self.dingtalk):
            one.forgets()
        while self.mail.unread:
            self.mail.reads()

    def chats(self) -> dict[str, Any]:
        """Return her side of each app that is a chat."""
        return {"telegram": self.phone, "wecom": self.wecom, "wechat": self.wechat, "dingtalk": self.dingtalk}

    def arrived(self) -> set[str]:
        """Return the apps in which something lies that she has not read."""
        found = {name for name, one in self.chats().items() if one.unheard}
        return found | ({"mail"} if self.mail.unread else set())

    def presses_mail(self, label: str) -> str:
        """Open the page of the next mail and press a button of it; return what it says then."""
        browser = Visitor(self.world.app.web)
        browser.get(self.mail.reads().path)
        shown = browser.press(label)
        self.world.settle()
        return shown.words

    def says(self, app: str, words: str) -> None:
        """Write something in one of her chats."""
        self.chats()[app].says(words)
        self.world.settle()

    def prefers(self, name: str) -> None:
        """Put a channel first with /channels, by the name that its button shows."""
        self.says("telegram", "/channels")
        self.phone.presses(f"先发{name}")
        self.world.settle()
        while self.phone.unheard:
            self.phone.hears()

    def order(self) -> list[str]:
        """Return her channels in her order, her own page left out."""
        query = select(addresses.c.channel).join(people, people.c.id == addresses.c.person_id)
        mine = query.where(people.c.number == "S1", addresses.c.channel != "web").order_by(addresses.c.position)
        return self.world.app.database.read(lambda conn: list(conn.execute(mine).scalars()))

    def journal(self, action: str) -> list[dict[str, Any]]:
        """Return what the journal says of one kind of deed."""
        query = select(journal.c.detail).where(journal.c.action == action).order_by(journal.c.id)
        return self.world.app.database.read(lambda conn: [dict(row) for row in conn.execute(query).scalars()])


@contextmanager
def university(folder: Path, start: str, **more: Any) -> Iterator[Apps]:
    """Give a world whose university has every channel."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(wechat_webhook, "TIME_TO_BEGIN", 3.0)  # a busy machine is no reason for an empty answer
        wecom, wechat = stack.enter_context(FakeWeCom()), stack.enter_context(FakeWeChat())
        dingtalk, smtp = stack.enter_context(FakeDingTalk()), stack.enter_context(FakeSmtp())
        channels = {
            "wecom": wecom.values(),
            "wechat": wechat.values(),
            "dingtalk": dingtalk.values(),
            "mail": smtp.values(),
        }
        world = stack.enter_context(world_at(folder, start, channels=channels, **more))
        for fake in (wecom, wechat, dingtalk):
            fake.now = lambda: world.clock.real().timestamp()
        wecom.calls_back(lambda query, body: world._run(call(world.app.web, WECOM_PATH, query, body))[0])
        wechat.calls_account(lambda query, body: world._run(call(world.app.web, WECHAT_PATH, query, body)))
        dingtalk.waits_until_open()
        apps = Apps(world, wecom, wechat, dingtalk, smtp)
        yield apps
        if world.cares:
            assert apps.arrived() == set(), "messages that nobody expected"
