"""One student's whole year in one story, from the list before she leaves to what is asked three months after.

The flight, landing, weeks abroad, a deadline and papers, the way back, her report and the talk about it lie between.
"""

import re
from pathlib import Path

from bot.engine import report_life
from tests.fakes.telegram_phone import Phone
from tests.fakes.web import Visitor
from tests.stories.test_before_departure import presses, says
from tests.stories.test_deadlines import CREDITS, PAPERS, hands_in
from tests.stories.test_reports import hands_in as report_handed_in
from tests.stories.test_reports import report_of, text_of
from tests.stories.test_talks import offers, person
from tests.stories.world import World, instant, world_at


def test_from_the_list_before_she_leaves_to_three_months_after_her_return(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-08-29 10:00", digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", "Berlin", "DE", departs="2026-09-02", linked=False)
        mei.starts(world.invitation("S1"))
        world.settle()
        presses(world, mei, "Yes, I agree")
        world.forgets()
        listed = says(world, mei, "/list")
        assert "Before Berlin (Wed 2 Sep): 0 of 12 done." in listed.text
        world.fast_forward(to=instant("2026-08-30 10:30"))  # three days before, 18:30 at home
        asked = mei.hears("Soon you are off to Berlin. When do you land there?", "09-02 14:30")
        assert asked.labels == ["Write it now", "I do not know yet"]
        kept = says(world, mei, "9-2 15:40")
        assert "You land on Wed 2 Sep, 15:40 (Wed 2 Sep, 21:40 in Beijing)" in kept.text
        assert kept.photo is not None  # the card itself
        (path,) = re.findall(r"/card/[\w-]+", kept.text)
        browser = Visitor(world.app.web)
        assert "12308" in browser.get(path).text
        picture = browser.get(f"{path}/card.png")
        assert (picture.headers["content-type"], picture.body[:4]) == ("image/png", b"\x89PNG")

        world.fast_forward(to=instant("2026-09-02 19:39"))
        assert mei.unheard == []
        world.fast_forward(to=instant("2026-09-02 19:40"))  # six hours after she has landed
        arrived = mei.hears("Have you arrived? No hurry", "as a card that works without a network")
        assert len(arrived.labels) == 3
        assert arrived.photo == ("card.png", picture.body)
        assert "Good that you are there" in presses(world, mei, "Fine").text

        assert arrived.before  # what stands below a picture is edited like any other message
        hands_in(world, CREDITS.format("2026-09-10", "DE"))  # eight days are left: said a week before
        world.fast_forward(to=instant("2026-09-03 16:30"))
        mei.hears("Credit recognition", "Thu 10 Sep, 11:00 (Thu 10 Sep, 17:00 in Beijing)")
        assert "that is done ✓" in presses(world, mei, "Done ✓").text
        abroad(world, mei)
        comes_home(world, mei)
        writes_her_report(world, mei)
        is_asked_later(world, mei)
        world.cares = False


def heard(phone: Phone) -> list[str]:
    return [phone.hears().text for _ in list(phone.unheard)]


def abroad(world: World, mei: Phone) -> None:
    """Weeks in which she is asked how she is, a talk with her counsellor, a passport that runs out."""
    hands_in(world, "S1,passport,2027-01-10", sheet="expiries", head=PAPERS)
    world.fast_forward(to=instant("2026-09-15 16:30"))
    assert mei.hears("How has your week been?").labels[:3] == ["Fine", "Hard", "Urgent"]
    presses(world, mei, "Hard")
    presses(world, mei, "Nobody for now")
    world.fast_forward(to=instant("2026-10-31 23:00"))
    assert [text for text in heard(mei) if "Your passport runs out on Sun 10 Jan 2027" in text]
    assert "No times are offered" in says(world, mei, "/talk").text
    mei.presses("I would like to talk")
    world.settle()
    offers(world, "2026-11-05 08:00", 2)
    world.forgets()
    says(world, mei, "/talk")
    assert "It is yours: Thu 5 Nov, 09:00 with C1 of the staff" in presses(world, mei, "Thu 5 Nov, 09:00").text


def comes_home(world: World, mei: Phone) -> None:
    """She is asked on the day, which has moved, and two days later somebody would like to hear how it was."""
    world.changes_trip("S1", returns="2026-12-17")
    world.app.rounds.batches.after_stays.asks = True
    world.fast_forward(to=instant("2026-12-16 23:00"))
    assert not [text for text in heard(mei) if "Welcome home" in text]
    world.fast_forward(to=instant("2026-12-17 23:00"))
    mei.hears("Welcome home. Sleep first, everything else can wait.")
    assert presses(world, mei, "Fine").text
    offers(world, "2026-12-22 08:00", 1)
    world.fast_forward(to=instant("2026-12-20 02:00"))
    mei.hears("Slept well? Somebody would like to hear how it was at Host")
    assert "It is yours" in presses(world, mei, "Tue 22 Dec, 16:00").text
    world.fast_forward(to=instant("2026-12-22 09:00"))
    assert [text for text in heard(mei) if "talk with C1 of the staff is on Tue 22 Dec, 16:00" in text]


def writes_her_report(world: World, mei: Phone) -> None:
    """From the seventh day: written in chat, handed in, given back once, accepted."""
    world.fast_forward(to=instant("2026-12-24 02:00"))
    mei.hears("Home for a week! We would love to read how it was at Host")
    presses(world, mei, "Write my report")
    assert text_of(world, "stay").startswith("Host: Host, Berlin\nFrom 2026-09-02 to 2026-12-17, 107 days")
    says(world, mei, "Two courses and a telescope.")
    report_handed_in(world, mei)
    teacher, now = person(world, "C1"), world.clock.now()
    wishes, programmes = "And what did you learn?", world.app.programmes
    assert world.app.database.write(
        lambda conn: report_life.give_back(conn, report_of(world), 1, teacher.id, wishes, now, programmes)
    )
    world.settle()
    mei.hears("And what did you learn?")
    says(world, mei, "/write")
    says(world, mei, "Patience.")
    report_handed_in(world, mei)
    assert world.app.database.write(
        lambda conn: report_life.accept(conn, report_of(world), 2, teacher.id, "Thank you!", now)
    )
    world.settle()
    mei.hears("Thank you!")


def is_asked_later(world: World, mei: Phone) -> None:
    """A month later what is still open of hers, then three questions; once more two months later; then nothing."""
    world.fast_forward(to=instant("2027-01-17 10:30"))
    month = "".join(heard(mei))
    assert "A month back from Host" in month
    assert "your report about the stay" not in month  # it is accepted
    assert "1 of 3" in presses(world, mei, "Three questions").text
    presses(world, mei, "Pass this one by")
    presses(world, mei, "Pass this one by")
    says(world, mei, "The refund of the flight.")
    world.fast_forward(to=instant("2027-03-17 10:30"))
    assert "Three months back from Host" in "".join(heard(mei))
    assert "we ask nothing more" in presses(world, mei, "No more of these").text
    world.fast_forward(days=90)
    assert heard(mei) == []
    assert not [row for row in world.responses("S1") if row["state"] in {"scheduled", "open"}]
