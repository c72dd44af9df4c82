"""What must be done at home while she is away: told in her evening with Beijing's time, moved and taken back once."""

from pathlib import Path
from tempfile import TemporaryDirectory

from bot.deadlines import store
from bot.roster.read import read_roster
from handlers.roster_imported import import_roster
from tests.stories.world import World, instant, world_at

HEAD = "deadline,title,kind,due,time,country,type,link"
PAPERS = "number,document,expires"
CREDITS = "D1,Credit recognition,credits,{},17:00,{},,https://jw.example.edu"


def hands_in(world: World, *lines: str, sheet: str = "deadlines", head: str = HEAD, prune: bool = False) -> None:
    """Import one sheet, as the office does."""
    with TemporaryDirectory() as folder:
        Path(folder, f"{sheet}.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        roster = read_roster(Path(folder))
    world.app.database.write(
        lambda conn: import_roster(
            conn,
            roster,
            prune={sheet} if prune else set(),
            dry_run=False,
            now=world.clock.now(),
            programmes=world.app.programmes,
        )
    )
    world.settle()


def test_told_in_her_evening_then_moved_and_taken_back_once(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-11-20 22:00", digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1")  # in New York
        li = world.student("S2", "Berlin", "DE")
        world.forgets()
        hands_in(world, CREDITS.format("2026-12-20", "US"))
        assert mei.unheard == []
        world.fast_forward(to=instant("2026-11-20 23:30"))
        told = mei.hears("Credit recognition", "Sun 20 Dec, 04:00 (Sun 20 Dec, 17:00 in Beijing)", "jw.example.edu")
        assert told.labels == ["Done ✓", "Not for me"]
        hands_in(world, CREDITS.format("2026-11-29", "US"))  # earlier than it was said
        assert mei.hears("has a new last day: Sun 29 Nov, 04:00").labels == ["Done ✓", "Not for me"]
        hands_in(world, CREDITS.format("2026-11-29", "US"))
        world.fast_forward(to=instant("2026-11-22 23:30"))
        mei.hears("Credit recognition", "Sun 29 Nov, 04:00")  # a week before its new day, and once
        hands_in(world, prune=True)
        mei.hears("“Credit recognition” is off")
        assert li.unheard == []  # hers is another country


def test_done_and_not_for_me_end_it_and_open_again_brings_it_back(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-12-17 15:00", digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1")
        world.forgets()
        hands_in(world, CREDITS.format("2026-12-20", ""))  # entered when thirty days before is long past
        mei.hears("Credit recognition")
        mei.presses("Done ✓")
        world.settle()
        mei.hears("that is done ✓", "Credit recognition")
        mei.presses("Still open")
        world.settle()
        mei.hears("Open again")
        world.fast_forward(to=instant("2026-12-18 23:30"))
        mei.hears("Credit recognition")
        mei.presses("Not for me")
        world.settle()
        mei.hears("we are quiet about it")
        world.fast_forward(to=instant("2026-12-20 08:00"))


def test_whose_stay_is_called_off_hears_no_more_of_it(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-12-17 15:00", digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1")
        world.forgets()
        hands_in(world, CREDITS.format("2026-12-20", "US"))
        mei.hears("Credit recognition")
        world.changes_trip("S1", city="Berlin", country="DE")
        world.forgets()
        world.fast_forward(to=instant("2026-12-20 08:00"))
        assert mei.unheard == []


def test_a_visa_is_watched_and_a_new_one_told_in_chat(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-11-30 22:00", digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1")
        world.forgets()
        hands_in(world, "S1,visa,2027-02-28", sheet="expiries", head=PAPERS)
        world.fast_forward(to=instant("2026-11-30 23:30"))
        mei.hears("Your visa runs out on Sun 28 Feb 2027")
        mei.presses("I have a new one")
        world.settle()
        mei.hears("until when is the new one good?")
        mei.says("next summer")
        world.settle()
        mei.hears("could not read that")
        mei.says("2028-02-28")
        world.settle()
        mei.hears("Your visa is good until Mon 28 Feb 2028")
        hands_in(world, "S1,visa,2027-02-28", sheet="expiries", head=PAPERS)  # no roster undoes her word
        found = world.app.database.read(lambda conn: store.reminders_of(conn, 2))
        assert [(one.state.value, one.days, one.due_at) for one in found] == [
            ("waiting", 90, instant("2028-02-28 12:00"))
        ]
