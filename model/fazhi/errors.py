"""The errors that fazhi raises on bad input: where, what was found, and what to do."""

from __future__ import annotations

from collections.abc import Iterable


class FazhiError(Exception):
    """Bad input of any kind. The command line prints the message and exits without a traceback."""


class ModelError(FazhiError):
    """A model folder that is missing, incomplete or altered."""


class ReadError(FazhiError):
    """A file that can't be read as a report."""


class MissingExtraError(FazhiError):
    """A part of fazhi whose optional dependencies are not installed."""


class AnnotationError(FazhiError):
    """Annotated reports with problems, all of them listed."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
