"""Settings whose tagger ends processes: what workers of the tests are given."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fazhi.tagger import Tagger
from fazhi.workers import Settings

ENDS_PARENT = "甲乙丙丁"
ENDS_ITSELF = "子丑寅卯"


@dataclass(frozen=True)
class Fragile(Settings):
    """The tagger's process ends its parent at one text, the first time, and itself at another."""

    notes: Path = Path()

    def tagger(self) -> Any:
        return _FragileTagger(Settings.tagger(self), self.notes)


class _FragileTagger:
    def __init__(self, tagger: Tagger, notes: Path) -> None:
        self._tagger = tagger
        self._notes = notes

    def tag_many(self, texts: Sequence[str], *, ids: Sequence[str]) -> Any:
        (self._notes / f"tags-{os.getppid()}").touch()
        ended = self._notes / "ended"
        if any(ENDS_PARENT in text for text in texts) and not ended.exists():
            ended.touch()
            os.kill(os.getppid(), signal.SIGKILL)
        if any(ENDS_ITSELF in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return self._tagger.tag_many(texts, ids=ids)
