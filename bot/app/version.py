"""Which version of the program this is."""

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the version of the program as it is installed."""
    try:
        return version("yanxin")
    except PackageNotFoundError:
        return "0"
