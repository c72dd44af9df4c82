"""What pages read from their own address: which page, and a word out of a list. What makes no sense is left out."""

from collections.abc import Container

from starlette.requests import Request

LONGEST_NUMBER = 6


def page_in(request: Request) -> int:
    """Return the page that is asked for, the first when it is no sane number."""
    page = request.query_params.get("page", "")
    return int(page) if page.isascii() and page.isdigit() and len(page) < LONGEST_NUMBER else 1


def one_of(request: Request, name: str, known: Container[str]) -> str:
    """Return a parameter when it is one of the known words, else nothing."""
    given = request.query_params.get(name, "")
    return given if given in known else ""
