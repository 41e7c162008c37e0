"""How far each person's offers serve each other person's needs, in blocks, so that memory stays small."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Profile, TextRole
from matchmaker.matching.background import background_of
from matchmaker.matching.calibration import Floats, Space
from matchmaker.matching.embedding import Cached, Embedder, VectorCache, Vectors
from matchmaker.matching.language import detect

LONGEST = 2000
"""Characters of a text that are read: beyond it a profile is a document, and the vector a blur."""

Progress = Callable[[str, int, int], None]
"""Called as progress(stage, done, total); an exception raised in it cancels the work."""


@dataclass(frozen=True)
class Texts:
    """The texts of one role, person after person: those of person p are at starts[p]:starts[p + 1]."""

    written: list[str]
    languages: list[str | None]
    starts: NDArray[np.intp]

    @staticmethod
    def of(texts: Sequence[Sequence[str]]) -> "Texts":
        kept = [[text for text in mine if any(c.isalnum() for c in text)] for mine in texts]
        written = [text for mine in kept for text in mine]
        starts = np.concatenate([[0], np.cumsum([len(mine) for mine in kept])]).astype(np.intp)
        return Texts(written, detect([text[:LONGEST] for text in written]), starts)

    @property
    def read(self) -> list[str]:
        return [" ".join(text[:LONGEST].split()) for text in self.written]

    def rows(self, people: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Row numbers of the texts of `people`, where each person's begin among them, and who has any (positions)."""
        counts = self.starts[people + 1] - self.starts[people]
        has = np.flatnonzero(counts)
        begins = np.cumsum(counts[has]) - counts[has]
        rows = np.repeat(self.starts[people[has]] - begins, counts[has]) + np.arange(counts.sum())
        return rows.astype(np.intp), begins.astype(np.intp), has.astype(np.intp)

    def followed_by(self, other: "Texts") -> "Texts":
        """These texts with those of more people after them."""
        starts = np.concatenate([self.starts, self.starts[-1] + other.starts[1:]])
        return Texts(self.written + other.written, self.languages + other.languages, starts.astype(np.intp))


class Carried(NamedTuple):
    """How strongly an offer serves a need, both by their place among all texts."""

    strength: float
    need: int
    offer: int


class Comparison:
    """Needs and offers of `people` (indices 0 to n - 1), embedded and calibrated, ready to be compared."""

    def __init__(
        self,
        people: Sequence[Profile],
        embedder: Embedder,
        cache: VectorCache | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.embedder = embedder
        self.needs = Texts.of([person.needs for person in people])
        self.offers = Texts.of([person.offers for person in people])
        needs, offers = len(self.needs.written), len(self.offers.written)

        def report(before: int) -> Callable[[int, int], None] | None:
            return (lambda done, _: progress("reading", before + done, needs + offers)) if progress else None

        self.space = Space.of(
            Cached(embedder, cache, report(0)).embed(self.needs.read, TextRole.NEED),
            self.needs.languages,
            Cached(embedder, cache, report(needs)).embed(self.offers.read, TextRole.OFFER),
            self.offers.languages,
            background_of(embedder, cache),
        )

    def placed(self, texts: Texts, role: TextRole, cache: VectorCache | None = None) -> Vectors:
        """Further texts in the space of these people."""
        return self.space.placed(Cached(self.embedder, cache).embed(texts.read, role), texts.languages, role)

    def joined(self, person: Profile, cache: VectorCache | None = None) -> "Comparison":
        """This comparison with one more person, who comes last; the others stay where they are."""
        needs, offers = Texts.of([person.needs]), Texts.of([person.offers])
        wider = copy(self)
        wider.needs, wider.offers = self.needs.followed_by(needs), self.offers.followed_by(offers)
        wider.space = replace(
            self.space,
            needs=np.vstack([self.space.needs, self.placed(needs, TextRole.NEED, cache)]),
            offers=np.vstack([self.space.offers, self.placed(offers, TextRole.OFFER, cache)]),
        )
        return wider

    def says_something(self, person: int) -> bool:
        """Whether a person has any text to match on."""
        return any(texts.starts[person] < texts.starts[person + 1] for texts in (self.needs, self.offers))

    def forward(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
        """How far the offers of `second` serve the needs of `first`, in [0, 1]: shape (first, second)."""
        result = np.zeros((len(first), len(second)), dtype=np.float32)
        need_rows, need_begins, needy = self.needs.rows(first)
        offer_rows, offer_begins, offering = self.offers.rows(second)
        if len(need_rows) and len(offer_rows):
            similar = self.space.offers[offer_rows] @ self.space.needs[need_rows].T
            by_person = _highest(similar, offer_begins)
            best = _highest(np.ascontiguousarray(by_person.T), need_begins)
            result[np.ix_(needy, offering)] = self.space.probability(best)
        return result

    def carried_by(self, first: int, second: int) -> Carried | None:
        """The need of `first` that `second` serves best; None where there is none to serve or nothing to serve it."""
        needs = slice(self.needs.starts[first], self.needs.starts[first + 1])
        offers = slice(self.offers.starts[second], self.offers.starts[second + 1])
        similar = self.space.needs[needs] @ self.space.offers[offers].T
        if not similar.size:
            return None
        need, offer = np.unravel_index(int(similar.argmax()), similar.shape)
        strength = float(self.space.probability(similar[need, offer]))
        return Carried(strength, int(needs.start + need), int(offers.start + offer))


def _highest(rows: Floats, begins: NDArray[np.intp]) -> Floats:
    """The highest of each run of rows, by column; ten times as fast as maximum.reduceat, as runs are short."""
    lengths = np.diff(begins, append=len(rows))
    best = rows[begins]
    for place in range(1, lengths.max(initial=0)):
        longer = np.flatnonzero(lengths > place)
        best[longer] = np.maximum(best[longer], rows[begins[longer] + place])
    return best


def reciprocal(forward: Floats, backward: Floats) -> Floats:
    """The score of a pair from its two directions: .6 of the better one and .4 of their geometric mean.

    Two-sided matches come first (.6 and .6 beat .9 and 0), and a strong one-sided one keeps more than half its worth.
    """
    return np.asarray(0.6 * np.maximum(forward, backward) + 0.4 * np.sqrt(forward * backward), dtype=np.float32)
