"""The database: engine, writer thread, migrations."""
