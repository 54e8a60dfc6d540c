"""fazhi reads Chinese rule-of-law government reports: headings, laws, counts, rates.

What tags and what makes tables is imported when it is first asked for, so that processes that only
read files start fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from fazhi.errors import (
    AnnotationError,
    FazhiError,
    MissingExtraError,
    ModelError,
    ReadError,
)
from fazhi.reports import Report, Span
from fazhi.version import __version__

if TYPE_CHECKING:
    from fazhi.outputs.tables import to_frames
    from fazhi.tagging.tagger import Tagger

__all__ = [
    "AnnotationError",
    "FazhiError",
    "MissingExtraError",
    "ModelError",
    "ReadError",
    "Report",
    "Span",
    "Tagger",
    "__version__",
    "to_frames",
]
_LATE = {"Tagger": "fazhi.tagging.tagger", "to_frames": "fazhi.outputs.tables"}


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_LATE[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
