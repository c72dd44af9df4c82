"""Invitations and pages of mails: whose address it is, whose device, and what may be done there."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from bot.engine.compose import compose
from bot.engine.letters import with_letter
from bot.links.store import links
from bot.outbox.model import Rendered
from bot.outbox.store import by_id as outbox_by_id
from bot.rendering.renderer import Renderer
from handlers.mail_invited import invite_by_mail
from tests.fakes.web import Visitor
from tests.stories.mail_ground import MEI, TEACHER, invited, knows_mail, states, university


def test_the_page_of_a_mail_takes_a_cry_from_any_device_and_after_its_time(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        invited(world, smtp)
        invitation = smtp.to(MEI)[0].path
        elsewhere = Visitor(world.app.web)
        closed = elsewhere.get(invitation)
        assert closed.status == 403
        assert elsewhere.post(invitation, {"text": "hello"}).status == 403
        assert "Back to the message" not in elsewhere.press("SOS").words
        world.settle()
        assert world.cases("S1") == [("urgent", "open")]
        before = world.clock.real()
        over = links.update().where(links.c.purpose == "mail").values(expires_at=before)
        world.app.database.write(lambda conn: conn.execute(over))
        late = Visitor(world.app.web)
        assert "too old" in late.get(invitation).words
        assert "911" in late.press("SOS").words
        world.cares = False


def test_the_same_form_twice_has_one_effect_and_what_is_kept_is_not_shown(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University")
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        now = world.clock.now()
        world.app.database.write(lambda conn: invite_by_mail(conn, world.app.settings, ["S1", "C1"], now))
        again = world.app.database.write(lambda conn: invite_by_mail(conn, world.app.settings, ["S1"], now))
        assert [one.outcome for one in again] == ["today"]
        world.settle()
        assert len(smtp.taken) == 1
        path, browser = smtp.taken[0].path, Visitor(world.app.web)
        shown = browser.get(path)
        form = shown.forms[0].fields | {"press": shown.forms[0].buttons[0][2]}
        first, second = browser.post(path, form), browser.post(path, form)
        assert first.words == second.words
        assert states(world) == {MEI: "working"}
        browser.get(path)
        refused = browser.post(path, {"text": "/mydata"})
        assert "in a mail of its own" in refused.words
        world.settle()


def test_a_roster_address_that_changes_hands_or_goes_is_taken_back(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, _smtp):
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        world._people = [line.replace(MEI, "new@uni.example").replace(TEACHER, "") for line in world._people]
        world.imports()
        knows_mail(world)
        assert states(world) == {TEACHER: "revoked", MEI: "revoked", "new@uni.example": "pending"}
        world._people = [line.replace("new@uni.example", MEI) for line in world._people]
        world.imports()
        knows_mail(world)
        assert states(world)[MEI] == "pending"  # she has to agree again


def test_an_invitation_to_an_address_that_does_not_exist_marks_it_and_goes_nowhere_else(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University")
        phone = world.student("S1", email=MEI)
        knows_mail(world)
        smtp.says[MEI] = "550 5.1.1 no such user"
        now = world.clock.now()
        world.app.database.write(lambda conn: invite_by_mail(conn, world.app.settings, ["S1"], now))
        world.settle()
        assert states(world) == {MEI: "wrong"}
        assert phone.unheard == []
        outcome = world.app.database.write(lambda conn: invite_by_mail(conn, world.app.settings, ["S1"], now))
        assert [one.outcome for one in outcome] == ["not_usable"]


def test_branch_matters_never_travel_by_mail_and_a_rehearsal_says_so_in_each_subject(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University")
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        invited(world, smtp)

        def letter_of(template: str, *, rehearsal: bool = False) -> Rendered:
            def write(conn: Connection) -> Rendered:
                message = outbox_by_id(conn, 1)
                assert message is not None
                about = replace(
                    message,
                    channel="mail",
                    template=template,
                    data={"subject": "支部", "unsubscribe": "https://y.example/u"},
                )
                renderer, real = Renderer(rehearsal=rehearsal), world.clock.real()
                body = Rendered("支部学习")
                if template.startswith("branch/"):
                    body = compose(conn, about, renderer, world.app.settings, world.clock.now())
                return with_letter(conn, about, body, renderer, world.app.settings, real)

            return world.app.database.write(write)

        neutral = letter_of("branch/session")
        assert neutral.letter is not None
        assert "支部" not in neutral.text + neutral.letter.subject
        digest = letter_of("digest/weekly", rehearsal=True)
        assert digest.letter is not None
        assert digest.letter.subject == "【演练】支部"
        assert digest.letter.unsubscribe == "https://y.example/u"
        assert Rendered.from_json(digest.to_json()) == digest
