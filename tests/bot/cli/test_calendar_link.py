"""`yanxin calendar-link NUMBER` prints a feed, and says who is not on the roster."""

from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import select

from bot.cli.context import Tool
from bot.cli.links import calendar_link
from bot.clock import ManualClock
from bot.links.model import token_hash
from bot.links.store import links
from bot.people.store import people

NOW = datetime(2026, 10, 20, 8, tzinfo=UTC)


def test_it_prints_the_url_and_keeps_a_hash(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[service]\nbase_url = "https://yanxin.example.edu"\n[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n'
        f'[security]\nkey_file = "{tmp_path}/keys.txt"\n'
    )
    tool = Tool(config, ManualClock(NOW))
    her = {"number": "S1", "name": "S1", "language": "zh", "zone": "Asia/Shanghai", "created_at": NOW}
    with tool.database() as database:
        database.write(lambda conn: conn.execute(people.insert().values(her)))
    done = CliRunner().invoke(calendar_link, ["S1"], obj=tool)
    assert done.exit_code == 0, done.output
    url = done.output.strip()
    assert url.startswith("https://yanxin.example.edu/calendar/")
    assert url.endswith(".ics")
    token = url.rpartition("/")[2].removesuffix(".ics")
    with tool.database() as database:
        kept = database.read(lambda conn: conn.execute(select(links.c.token_hash)).scalars().all())
    assert kept == [token_hash(token)]
    unknown = CliRunner().invoke(calendar_link, ["S9"], obj=tool)
    assert unknown.exit_code != 0
    assert "S9: nobody on the roster has this number" in unknown.output
