"""fazhi reads Chinese rule-of-law government reports: headings, laws, counts, rates."""

from fazhi.errors import (
    AnnotationError,
    FazhiError,
    MissingExtraError,
    ModelError,
    ReadError,
)
from fazhi.outputs.tables import to_frames
from fazhi.reports import Report, Span
from fazhi.tagging.tagger import Tagger
from fazhi.version import __version__

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
