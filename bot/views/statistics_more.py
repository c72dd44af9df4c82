"""The tables of statistics beside stays: doctors who have not been abroad, papers, targets, visits online, answers."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.figures.hiding import SMALLEST
from bot.figures.model import EVERY, UNKNOWN, By, Cell
from bot.figures.rules import NO, YES
from bot.figures.tables import HIDDEN, Row, Table, Value
from bot.views.figures_read import Answers, ByUnit, Target
from bot.views.statistics_facts import Facts, share, summed

_HOUR = timedelta(hours=1)


def doctors_table(facts: Facts, counted: Mapping[Cell, Value], units: tuple[str, ...]) -> Table:
    """Return how many doctoral students have not been abroad once, in the unit and those below it."""
    rows = []
    for unit in (facts.unit, *units):
        total, been, not_yet = (
            counted.get(Cell(unit, EVERY, by, value), 0)
            for by, value in ((By.TOTAL, ""), (By.BEEN, YES), (By.BEEN, NO))
        )
        rows.append(Row(unit, (total, been, not_yet, share(not_yet, total))))
    columns = (("doctors", "count"), ("been", "count"), ("not_yet", "count"), ("not_yet_share", "share"))
    return Table("not_yet", "unit", columns, tuple(rows), ("unit",))


def papers_table(facts: Facts, papers: ByUnit) -> Table:
    """Return first-author papers with foreign partners as a share of the intake, year by year."""
    rows = []
    for year in facts.years:
        number, admitted = summed(papers, year, facts.unit, facts.level), facts.admitted(year=year)
        if number is not None:
            rows.append(Row(str(year), (number, admitted, share(number, admitted))))
    columns = (("papers", "count"), ("intake", "count"), ("of_intake", "share"))
    return Table("papers", "year", columns, tuple(rows), ("years", "unit", "level"), "line" if rows else "", (2,))


def targets_table(facts: Facts, targets: Sequence[Target], online: Mapping[Cell, Value]) -> Table:
    """Return the targets of the year in the unit and below, each with what is done and whether it is still at zero."""
    rows = []
    for target in targets:
        if facts.unit and target.unit != facts.unit and not target.unit.startswith(f"{facts.unit}/"):
            continue
        done = _done(facts, target, online)
        values = (target.measure, target.level, target.goal, done, share(done, target.goal), _state(done, target.goal))
        rows.append(Row(target.unit, (*values, target.responsible)))
    columns = (
        ("measure", "code"),
        ("level", "code"),
        ("goal", "count"),
        ("done", "count"),
        ("progress", "share"),
        ("state", "code"),
        ("responsible", "text"),
    )
    return Table("targets", "unit", columns, tuple(rows), ("year", "unit"))


def _done(facts: Facts, target: Target, online: Mapping[Cell, Value]) -> Value:
    match target.measure:
        case "online":
            return online.get(Cell(target.unit, target.level, By.TOTAL), 0)
        case "person_times":
            return facts.figure(By.TOTAL, unit=target.unit, level=target.level)
        case "three_months":
            return facts.figure(By.LONG, YES, unit=target.unit, level=target.level)
        case type_:
            return facts.figure(By.TYPE, type_, unit=target.unit, level=target.level)


def _state(done: Value, goal: int) -> str:
    if not isinstance(done, int):
        return HIDDEN
    if not done and goal:
        return "zero"
    return "reached" if done >= goal else "under_way"


def online_table(facts: Facts, counted: Mapping[Cell, Value]) -> Table:
    """Return the visits online, which are in no other table."""
    levels = facts.levels() if facts.level != EVERY else (*facts.levels(), UNKNOWN, EVERY)
    rows = [Row(level, (counted.get(Cell(facts.unit, level, By.TOTAL), 0),)) for level in levels]
    kept = tuple(row for row in rows if row.head != UNKNOWN or row.values != (0,))
    return Table("online", "level", (("visits", "count"),), kept, ("year", "unit", "level"))


def open_table(facts: Facts, counted: Mapping[Cell, Value]) -> Table:
    """Return who was at online lectures and meetings outside any branch, who are in no other table."""
    table = online_table(facts, counted)
    return Table("open", "level", (("people", "count"),), table.rows, ("year", "unit", "level"))


def answers_table(facts: Facts, answers: Answers) -> Table:
    """Return how much was answered and how fast: one line for the whole service and nothing below it."""
    silent = answers.asked - answers.answered
    rate: Value = share(answers.answered, answers.asked)
    answered: Value = answers.answered
    asked: Value = answers.asked
    hours: Value = None if answers.median is None else round(answers.median / _HOUR, 1)
    if any(0 < number < SMALLEST for number in (answers.asked, answers.answered, silent)):
        rate = answered = hours = HIDDEN
        asked = HIDDEN if 0 < answers.asked < SMALLEST else asked
    columns = (("asked", "count"), ("answered", "count"), ("answer_rate", "share"), ("median_hours", "hours"))
    return Table("answers", "year", columns, (Row(str(facts.year), (asked, answered, rate, hours)),), ("year",))
