"""The cookies of our pages: never readable by scripts, sent over https only where there is https."""

from starlette.responses import Response

from handlers.web.site import Site


def put(site: Site, response: Response, name: str, value: str, *, seconds: int, path: str = "/") -> None:
    """Set a cookie for a path and what lies below it."""
    response.set_cookie(name, value, max_age=seconds, path=path, secure=site.is_https, httponly=True, samesite="lax")


def drop(site: Site, response: Response, name: str, *, path: str = "/") -> None:
    """Take a cookie back."""
    response.delete_cookie(name, path=path, secure=site.is_https, httponly=True, samesite="lax")
