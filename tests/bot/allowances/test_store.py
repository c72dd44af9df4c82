"""What is left at addresses is kept on both databases, and goes with the address."""

from datetime import UTC, datetime

from sqlalchemy import delete

from bot.addresses.store import addresses
from bot.allowances import store
from bot.allowances.model import Allowance
from tests.bot.engine.conftest import any_school as any_school  # noqa: PLC0414 - a fixture
from tests.support.school import School

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_what_is_kept_is_found_and_replaced(any_school: School) -> None:
    school = any_school
    first = school.link(school.student("S1", channels=()), "wechat")
    assert school.do(lambda conn: store.of_address(conn, first.id)) == Allowance()
    for known in (Allowance(NOW, 5, None, 0, {"o1": 2}), Allowance(NOW, 4, NOW, 3)):
        school.do(lambda conn, known=known: store.keep(conn, first.id, known))
        assert school.do(lambda conn: store.of_address(conn, first.id)) == known
        assert school.do(lambda conn: store.of_addresses(conn, [first.id, 99])) == {first.id: known}


def test_it_goes_with_the_address(any_school: School) -> None:
    school = any_school
    address = school.link(school.student("S1", channels=()), "wechat")
    school.do(lambda conn: store.keep(conn, address.id, Allowance(NOW, 5)))
    school.do(lambda conn: conn.execute(delete(addresses).where(addresses.c.id == address.id)).close())
    assert school.do(lambda conn: store.of_addresses(conn, [address.id])) == {}
