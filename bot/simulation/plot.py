"""Draws a simulation: messages by hour of the receiver's day, and by day of UTC. The only file that knows matplotlib.

`yanxin simulate --plot FILE` loads this module when it is asked to draw, because matplotlib takes its time to start.
"""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from bot.simulation.outcome import Outcome

MOST_LABELS = 10
INK, GOOSE = "#33414a", "#3f7d93"


def draw(outcome: Outcome, file: Path) -> None:
    """Write the picture in the format of the file's ending (.png or .svg); OSError when it cannot be written.

    The same figures give the same bytes.
    """
    figure = Figure(figsize=(9, 6), layout="constrained")
    by_hour, by_day = figure.subplots(2, 1)
    figure.suptitle(f"{outcome.messages} messages to {outcome.students} students and their staff", color=INK)
    by_hour.bar(list(outcome.by_local_hour), list(outcome.by_local_hour.values()), color=GOOSE)
    by_hour.set_title("by hour of the receiver's day", loc="left", fontsize="medium", color=INK)
    by_hour.set_xticks(range(0, 24, 2), [f"{hour:02}" for hour in range(0, 24, 2)])
    days = list(outcome.by_day)
    by_day.bar(range(len(days)), list(outcome.by_day.values()), color=GOOSE)
    by_day.set_title("by day (UTC)", loc="left", fontsize="medium", color=INK)
    some = range(0, len(days), -(-len(days) // MOST_LABELS))
    by_day.set_xticks(some, [f"{days[number]:%d %b}" for number in some])
    for axes in (by_hour, by_day):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", alpha=0.3)
        axes.set_axisbelow(True)
    is_svg = file.suffix.lower() == ".svg"
    with mpl.rc_context({"svg.hashsalt": "yanxin"}):
        figure.savefig(file, format=file.suffix[1:].lower(), dpi=150, metadata={"Date" if is_svg else "Software": None})
