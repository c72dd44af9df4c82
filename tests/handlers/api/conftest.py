"""The whole web application, for programs: the same as for people."""

from tests.handlers.web.conftest import town

__all__ = ["town"]
