"""What stories share: the database on which one runs, for those that are told on both."""

import pytest


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """Return what `world_at` takes: a server's database, or nothing for a file in the story's folder."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("fresh_pg_url"))
