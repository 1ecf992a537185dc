"""Measures of how well a score tells two kinds of questions apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def auroc(high: npt.ArrayLike, low: npt.ArrayLike) -> float:
    """Return the chance that one of ``high`` is above one of ``low``, ties by half.

    NaN if either is empty.
    """
    above, below = np.asarray(high)[:, None], np.asarray(low)[None]
    if not above.size or not below.size:
        return float("nan")
    return float(np.mean((above > below) + 0.5 * (above == below)))
