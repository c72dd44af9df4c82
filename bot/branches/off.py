"""The countries without branches, as the settings have it (`[branches] off_in`): kept where queries see them."""

from collections.abc import Collection

from sqlalchemy import Column, Connection, String, Table, select

from bot.schema import metadata

branches_off = Table("branches_off", metadata, Column("country", String(2), primary_key=True))


def sync(conn: Connection, countries: Collection[str]) -> bool:
    """Keep these countries and no others; False where nothing is different."""
    if set(conn.execute(select(branches_off.c.country)).scalars()) == set(countries):
        return False
    conn.execute(branches_off.delete())
    if countries:
        conn.execute(branches_off.insert(), [{"country": one} for one in sorted(set(countries))])
    return True
