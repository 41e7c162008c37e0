"""How two directions become one score: the formula of `matchmaker.matching.score`."""

import numpy as np

from matchmaker.matching.calibration import Floats


def reciprocal(forward: Floats, backward: Floats) -> Floats:
    """The score of a pair from its two directions: .6 of the better one and .4 of their geometric mean.

    Two-sided matches come first (.6 and .6 beat .9 and 0), and a strong one-sided one keeps more than half its worth.
    """
    return np.asarray(0.6 * np.maximum(forward, backward) + 0.4 * np.sqrt(forward * backward), dtype=np.float32)
