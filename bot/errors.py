"""Errors that a person is meant to read: each says what was wrong, where, and how to mend it.

Commands print them without a traceback; pages show them as a plain sentence.
"""

from dataclasses import dataclass


class YanxinError(Exception):
    """The work failed for a reason a person can mend (exit code 1)."""


class UsageError(YanxinError):
    """A command was called wrongly, or the settings are wrong (exit code 2)."""


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong in a file: where (path or cell), what is wrong, and how to mend it."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        """Return the mistake as one line."""
        return f"{self.where}: {self.what}; {self.mend}"


class MistakesError(YanxinError):
    """Several mistakes found in one reading, all of them at once."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        """Keep the mistakes in the order in which they were found."""
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class SettingsError(MistakesError, UsageError):
    """Mistakes in the settings (exit code 2)."""
