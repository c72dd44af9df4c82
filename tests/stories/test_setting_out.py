"""One student sets out: list, landing, card, a deadline at home; the first half of her year in one story."""

import re
from pathlib import Path

from tests.bot.programmes.test_steps import switched_on
from tests.fakes.web import Visitor
from tests.stories.test_before_departure import presses, says
from tests.stories.test_deadlines import CREDITS, hands_in
from tests.stories.world import instant, world_at


def test_from_the_checklist_to_the_landing_and_a_deadline_at_home(tmp_path: Path) -> None:
    programme = switched_on("checklist", "flight")
    with world_at(tmp_path, "2026-08-29 10:00", programme=programme, digests=False) as world:
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
        world.cares = False
