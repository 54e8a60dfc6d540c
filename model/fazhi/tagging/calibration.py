"""Calibration: from the least probability of a span's tags to how often such spans are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Shares = npt.NDArray[np.float64]
_CLOSEST = 1e-6  # to 0 and 1, so that log-odds stay finite


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds are scaled and shifted (Platt 1999); 1 and 0 leave a probability as it is."""

    scale: float = 1.0
    offset: float = 0.0

    def __call__(self, confidence: npt.ArrayLike) -> Shares:
        """Probabilities that spans are right, of the shape of ``confidence``, in (0, 1)."""
        return 1.0 / (1.0 + np.exp(-(self.scale * log_odds(confidence) + self.offset)))


def log_odds(probability: npt.ArrayLike) -> Shares:
    """Of probabilities in [0, 1], those too close to 0 or 1 taken for 1e-6 from it."""
    share = np.clip(np.asarray(probability, dtype=np.float64), _CLOSEST, 1 - _CLOSEST)
    return np.log(share / (1 - share))
