"""Staff read a report in chat, return it with words of what is missing, and accept it: the same as in the console."""

from pathlib import Path

from bot.reports.model import Stage
from bot.reports.versions import comments_of
from tests.stories.test_reports import START, at_home, begins, hands_in, presses, read, report_of, says
from tests.stories.world import world_at


def test_it_is_returned_and_accepted_in_chat_by_whoever_may_read_it_and_by_nobody_else(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        teacher = world.telegram.phones[min(world.telegram.phones)]
        other = world.staff("C2", "counsellor")
        world.forgets()
        assert "No report waits for you" in says(world, teacher, "/review").text
        assert "/review" in says(world, teacher, "/help").text
        begins(world, mei)
        says(world, mei, "I took two courses.")
        presses(world, mei, "draft:which")
        presses(world, mei, "draft:to:host")
        says(world, mei, "Cold rooms.")
        hands_in(world, mei)
        number = report_of(world).id

        listed = says(world, teacher, "/review")
        assert listed.labels == ["Student S1"]
        shown = presses(world, teacher, "Student S1")
        assert "I took two courses." in shown.text
        assert "Cold rooms." not in shown.text  # kept apart from her name
        assert "There is no such report" in says(world, other, f"/review {number}").text
        assert "no report for you to read" in says(world, mei, "/review").text

        assert "What is missing" in presses(world, teacher, "Return it").text
        assert "Returned to Student S1" in says(world, teacher, "Which ones? Was the lab dangerous?").text
        assert world.cases("S1") == []  # urgent words in what a teacher says of a report are no cry
        mei.hears("One more round, please", "Which ones? Was the lab dangerous?")
        assert "Somebody was faster" in presses(world, teacher, f"review:accept:{number}:1").text
        presses(world, mei, "Go on writing")
        says(world, mei, "Optics and algebra.")
        hands_in(world, mei)

        again = says(world, teacher, f"/review {number}")
        assert "Which ones? Was the lab dangerous?" in again.text  # what was said before
        assert "version 2" in again.text
        presses(world, teacher, "Accept, with a word")
        assert "accepted" in says(world, teacher, "Thank you.").text
        mei.hears("Your report is accepted", "Thank you.", "May others read it")
        assert report_of(world).stage is Stage.ACCEPTED
        said = read(world, lambda conn: comments_of(conn, report_of(world), {}))
        assert [one.body for one in said] == ["Which ones? Was the lab dangerous?", "Thank you."]
        assert "No report waits for you" in says(world, teacher, "批阅").text
        world.forgets()
