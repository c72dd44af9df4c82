"""Tables of the figures that an office hands in beside its roster. Written by imports, read by views of statistics."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint

from bot.schema import Id, id_column, metadata

intakes = Table(
    "intakes",
    metadata,
    id_column(),
    Column("year", Integer, nullable=False),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=False, index=True),
    Column("level", String(16), nullable=False),
    Column("intake", Integer, nullable=False),
    UniqueConstraint("year", "unit_id", "level"),
)

targets = Table(
    "targets",
    metadata,
    id_column(),
    Column("year", Integer, nullable=False),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=False, index=True),
    Column("measure", String(24), nullable=False),
    # "all", or the one level of study whose stays count.
    Column("level", String(16), nullable=False),
    Column("goal", Integer, nullable=False),
    Column("responsible", String(200), nullable=False),
    UniqueConstraint("year", "unit_id", "measure", "level"),
)

papers = Table(
    "papers",
    metadata,
    id_column(),
    Column("year", Integer, nullable=False),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=False, index=True),
    Column("level", String(16), nullable=False),
    Column("papers", Integer, nullable=False),
    UniqueConstraint("year", "unit_id", "level"),
)

hosts = Table(
    "hosts",
    metadata,
    id_column(),
    Column("name", String(300), nullable=False, unique=True),
    # What it is to the university, in its own words: 战略伙伴, 学院基地.
    Column("tag", String(60), nullable=False),
)

# No trips: nobody goes anywhere, and nothing is asked of anybody because of them.
online_visits = Table(
    "online_visits",
    metadata,
    id_column(),
    Column("key", String(64), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("host", String(300), nullable=False),
    Column("country", String(2)),
    Column("starts", Date, nullable=False, index=True),
    Column("ends", Date, nullable=False),
)
