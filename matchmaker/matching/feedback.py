"""What people say of their own matches, and whom "more like this" raises in the list of the one who said it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.calibration import Floats
from matchmaker.matching.embedding.protocol import unit

BONUS = 0.2
"""What is added to the score of somebody quite like a person of whom more is wanted: it reorders near equals."""
ALIKE = 0.5
"""The cosine from which on two texts are quite alike."""


class FeedbackVerdict(StrEnum):
    """What somebody says of a match."""

    MORE_LIKE_THIS = "more_like_this"
    NOT_FOR_ME = "not_for_me"


class FeedbackReason(StrEnum):
    """Why a match is not for somebody."""

    NOT_MY_TOPIC = "not_my_topic"
    ALREADY_KNOWN = "already_known"
    WRONG_ORGANISATION = "wrong_organisation"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What `first` says of their match with `second` (e-mail addresses). A `reason` is given against a match only."""

    first: str
    second: str
    verdict: FeedbackVerdict
    reason: FeedbackReason | None = None

    @property
    def good(self) -> bool | None:
        """Whether they are a good match. None: that two know each other already does not tell."""
        if self.reason is FeedbackReason.ALREADY_KNOWN:
            return None
        return self.verdict is FeedbackVerdict.MORE_LIKE_THIS


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedTexts:
    """The texts of one role by several people: `vectors` (texts, dimensions), and `owners` (texts,), their ids."""

    owners: NDArray[np.int64]
    vectors: Floats


def bonuses(liked: Collection[int], roles: Sequence[OwnedTexts]) -> dict[int, float]:
    """What is added to the score of each person of whom there are texts, by id: from 0 to `BONUS`.

    Two people are as alike as the two texts of one role, one of each, that are nearest (cosine). What the texts have in
    common is taken off first: in somebody's list it is what that person looks for, and tells none from the others.
    """
    nearest: dict[int, float] = {}
    for texts in roles:
        vectors = unit(texts.vectors - texts.vectors.mean(axis=0))
        wanted = vectors[np.isin(texts.owners, list(liked))]
        if len(wanted):
            for owner, likeness in zip(texts.owners.tolist(), (vectors @ wanted.T).max(axis=1).tolist(), strict=True):
                nearest[owner] = max(nearest.get(owner, 0.0), likeness)
    return {owner: BONUS * min(likeness / ALIKE, 1.0) for owner, likeness in nearest.items()}
