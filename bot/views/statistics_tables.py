"""The tables of statistics about stays: rates, shares, breakdowns, by year and by unit. Called by `statistics`."""

from bot.figures.model import EVERY, LEVELS, By, Duration
from bot.figures.rules import YES
from bot.figures.tables import Row, Table, Value
from bot.views.statistics_facts import Facts, share

_ALL = ("year", "unit", "level")
_RATES = (("intake", "count"), ("stays", "count"), ("rate", "share"), ("long", "count"), ("long_share", "share"))
_DURATIONS = tuple(duration.value for duration in Duration)


def stay_tables(facts: Facts, units: tuple[str, ...]) -> list[Table]:
    """Return the tables about stays; `units` are those directly below the chosen one."""
    return [
        _by_level(facts),
        _by_year(facts, "years", By.TOTAL),
        _by_year(facts, "national", By.NATIONAL, YES),
        _by_unit(facts, units),
        _breakdown(facts, "durations", By.DURATION, _DURATIONS, "bar"),
        _breakdown(facts, "types", By.TYPE, chart="bar"),
        _breakdown(facts, "countries", By.COUNTRY, chart="bar"),
        _breakdown(facts, "hosts", By.HOST),
        _breakdown(facts, "tags", By.TAG, chart="bar"),
        _breakdown(facts, "fundings", By.FUNDING),
    ]


def _rates(facts: Facts, unit: str, level: str) -> tuple[Value, ...]:
    admitted = facts.admitted(unit=unit, level=level) if level in {EVERY, *LEVELS} else None
    stays = facts.figure(By.TOTAL, unit=unit, level=level)
    long = facts.figure(By.LONG, YES, unit=unit, level=level)
    return admitted, stays, share(stays, admitted), long, share(long, stays)


def _by_level(facts: Facts) -> Table:
    levels = facts.levels() if facts.level != EVERY else (*facts.levels(), EVERY)
    rows = tuple(Row(level, _rates(facts, facts.unit, level)) for level in levels)
    return Table("levels", "level", _RATES, rows, _ALL, "bar", (2, 4))


def _by_year(facts: Facts, key: str, by: By, value: str = "") -> Table:
    """Return a share of the intake, year by year and level by level."""
    levels = facts.levels()
    rows = []
    for year in facts.years:
        values: list[Value] = []
        for level in levels:
            number = facts.figure(by, value, year=year, level=level)
            values.append(share(number, facts.admitted(year=year, level=level)))
        if any(value is not None for value in values):
            rows.append(Row(str(year), tuple(values)))
    columns = tuple((f"rate_{level}", "share") for level in levels)
    return Table(key, "year", columns, tuple(rows), ("years", "unit", "level"), "line", tuple(range(len(levels))))


def _by_unit(facts: Facts, units: tuple[str, ...]) -> Table:
    rows = tuple(Row(unit, _rates(facts, unit, facts.level)) for unit in (facts.unit, *units))
    return Table("units", "unit", _RATES, rows, _ALL)


def _breakdown(facts: Facts, key: str, by: By, values: tuple[str, ...] = (), chart: str = "") -> Table:
    total = facts.figure(By.TOTAL)
    rows = []
    for value in values or facts.values(by):
        number = facts.figure(by, value)
        rows.append(Row(value, (number, share(number, total))))
    columns = (("stays", "count"), ("of_stays", "share"))
    return Table(key, by.value, columns, tuple(rows), _ALL, chart, (0,) if chart else ())
