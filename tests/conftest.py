"""The fixtures that every test may use, and the rules that every test obeys.

Sockets reach loopback only; a PostgreSQL server starts once, on demand; in CI a skipped test is a failed one.
"""
