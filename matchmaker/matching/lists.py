"""Lists of the best: arrays (people, places) of scores and of partners, -1 where a list ends."""

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.calibration import Floats


def ordered(scores: Floats, partners: NDArray[np.intp], by: Floats, top: int) -> tuple[Floats, NDArray[np.intp]]:
    """The `top` of each list, the highest of `by` first; ties in the order of the people, so that all runs agree."""
    places = np.lexsort((partners, -by, partners < 0))[:, :top]
    return np.take_along_axis(scores, places, axis=1), np.take_along_axis(partners, places, axis=1)


def merge(
    best: Floats,
    order: NDArray[np.intp],
    people: NDArray[np.intp],
    others: NDArray[np.intp],
    scores: Floats,
) -> None:
    """Put the better of what is kept for `people` and the `scores` of `others` into `best` and `order`, in place."""
    kept = best.shape[1]
    if not kept:
        return
    values = np.hstack([best[people], scores])
    whose = np.hstack([order[people], np.broadcast_to(others, scores.shape)])
    chosen = np.argpartition(-values, kept - 1, axis=1)[:, :kept]
    best[people] = np.take_along_axis(values, chosen, axis=1)
    order[people] = np.where(best[people] < 0, -1, np.take_along_axis(whose, chosen, axis=1))
