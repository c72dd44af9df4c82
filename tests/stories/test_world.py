"""First stories in a world whose clock a story moves; they also show that the world itself notices what goes wrong."""

from pathlib import Path

import pytest
import structlog

from tests.stories.world import instant, world_at

CITIES = [
    ("New York", "US", ""),
    ("London", "GB", ""),
    ("Kathmandu", "NP", ""),
    ("Sydney", "AU", ""),
    ("São Paulo", "BR", ""),
    ("Urumqi", "CN", "Asia/Urumqi"),
]


def test_she_is_asked_at_half_past_six_on_her_wall_on_both_sides_of_the_clock_change(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-10-24 00:00") as world:
        teacher = world.staff("C1", "counsellor")
        mei = world.student("S1", departs="2026-10-12")
        for tuesday in ("2026-10-27", "2026-11-03"):  # New York leaves summer time on the first of November
            while not mei.unheard:
                due = world.app.next_due()
                assert due is not None
                world.fast_forward(due)
            assert world.wall("S1") == f"Tue {tuesday} 18:30"
            mei.hears("How has your week been?")
            mei.presses("Fine")
            world.settle()
            mei.hears("thank you for telling us")
        assert len(world.reads_digests(teacher)) == 1  # on the Friday between
        states = [(row["occasion"], row["state"], row["answer"]) for row in world.responses("S1")]
    assert states[-2:] == [("2026-10-27", "answered", "fine"), ("2026-11-03", "answered", "fine")]


@pytest.mark.parametrize("around", ["2026-10-23 00:00", "2027-03-12 00:00"])
def test_six_cities_are_asked_at_half_past_six_on_their_own_wall(tmp_path: Path, around: str) -> None:
    with world_at(tmp_path, around) as world:
        world.staff("C1", "counsellor")
        start = world.clock.now().date()
        phones = {
            f"S{index}": world.student(
                f"S{index}", city, country, zone=zone, departs=f"{start.replace(day=2)}", returns="2027-09-01"
            )
            for index, (city, country, zone) in enumerate(CITIES)
        }
        world.forgets()
        asked: dict[str, list[str]] = {number: [] for number in phones}
        until = instant(around).replace(day=start.day).timestamp() + 21 * 24 * 3600
        while (due := world.app.next_due()) is not None and due.timestamp() < until:
            world.fast_forward(due)
            for number, phone in phones.items():
                for message in phone.unheard:
                    if "How has your week been?" in message.text and len(message.labels) >= 3:
                        asked[number].append(world.wall(number)[-5:])
                        phone.presses("Fine", message)
            world.settle()
            world.forgets()
        assert all(len(times) >= 2 for times in asked.values()), asked
        assert {time for times in asked.values() for time in times} == {"18:30"}


def test_silence_comes_to_her_counsellor_and_an_answer_takes_it_back(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-11-23 12:00") as world:
        counsellor = world.staff("C1", "counsellor")
        world.staff("O1", "office")
        mei = world.student("S1")
        world.fast_forward(days=4.5)
        mei.hears("How has your week been?")
        mei.hears()  # the reminder
        mei.hears()  # once more on Thursday
        counsellor.hears("Student S1")
        assert world.cases("S1") == [("missed", "open")]
        mei.presses("Fine")
        world.settle()
        mei.hears("thank you")
        counsellor.hears("Student S1")
        assert world.cases("S1") == [("missed", "resolved")]
        world.forgets()


def test_a_week_of_outage_is_our_failure_and_not_her_silence(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-11-23 12:00") as world:
        world.staff("C1", "counsellor")
        world.student("S1")
        world.stops_for(days=7)
        assert [row["state"] for row in world.responses("S1") if row["occasion"] == "2026-11-24"] == ["not_asked"]
        assert world.cases("S1") == [("not_asked", "open")]
        world.forgets()


def test_a_story_fails_on_an_error_line(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="the service logged"), world_at(tmp_path, "2026-11-23 12:00"):
        structlog.get_logger().error("something broke")


def test_a_story_fails_on_a_message_that_nobody_expected(tmp_path: Path) -> None:
    def story() -> None:
        with world_at(tmp_path, "2026-11-23 12:00") as world:
            world.telegram.phone().says("hello?")
            world.settle()

    with pytest.raises(AssertionError, match="nobody expected"):
        story()


@pytest.mark.postgres
def test_the_same_on_postgresql(tmp_path: Path, fresh_pg_url: str) -> None:
    with world_at(tmp_path, "2026-11-23 12:00", database_url=fresh_pg_url) as world:
        world.staff("C1", "counsellor")
        mei = world.student("S1")
        world.fast_forward(days=2)
        mei.hears("How has your week been?")
        mei.presses("Fine")
        world.settle()
        mei.hears("thank you")
        assert world.responses("S1")[-1]["answer"] == "fine"
