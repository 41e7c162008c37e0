"""How far each person's offers serve each other person's needs, in blocks, so that memory stays small."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Profile, Statement, TextRole
from matchmaker.matching.agreement import Agreement
from matchmaker.matching.background import background_of
from matchmaker.matching.calibration import Floats, Space
from matchmaker.matching.embedding import Cached, Embedder, VectorCache, Vectors, text_hash
from matchmaker.matching.language import detect
from matchmaker.matching.state import PlacedTexts, RankingState

LONGEST = 2000
"""Characters of a text that are read: beyond it a profile is a document, and the vector a blur."""

Progress = Callable[[str, int, int], None]
"""Called as progress(stage, done, total); an exception raised in it cancels the work."""


def text_read(text: str) -> str:
    """What is embedded of a text, and hashed."""
    return " ".join(text[:LONGEST].split())


@dataclass(frozen=True)
class Texts:
    """The texts of one role, person after person: those of person p are at starts[p]:starts[p + 1]."""

    written: list[str]
    languages: list[str | None]
    starts: NDArray[np.intp]

    @staticmethod
    def of(texts: Sequence[Sequence[str]], known: PlacedTexts | None = None) -> "Texts":
        """The texts that have words. The languages of `known` ones are not detected again."""
        kept = [[text for text in each if any(c.isalnum() for c in text)] for each in texts]
        written = [text for each in kept for text in each]
        starts = np.concatenate([[0], np.cumsum([len(each) for each in kept])]).astype(np.intp)
        result = Texts(written, [None] * len(written), starts)
        language = dict(zip(known.hashes, known.languages, strict=True)) if known else {}
        hashes = result.hashes if known else []
        new = [i for i in range(len(written)) if not known or hashes[i] not in language]
        for i, key in enumerate(hashes):
            result.languages[i] = language.get(key)
        for i, detected in zip(new, detect([written[i][:LONGEST] for i in new]), strict=True):
            result.languages[i] = detected
        return result

    @property
    def owners(self) -> NDArray[np.intp]:
        """Whose each text is: shape (texts,)."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @property
    def read(self) -> list[str]:
        return [text_read(text) for text in self.written]

    @property
    def hashes(self) -> list[str]:
        return [text_hash(text) for text in self.read]

    def rows(self, people: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Row numbers of the texts of `people`, where each person's begin among them, and who has any (positions)."""
        counts = self.starts[people + 1] - self.starts[people]
        has = np.flatnonzero(counts)
        begins = np.cumsum(counts[has]) - counts[has]
        rows = np.repeat(self.starts[people[has]] - begins, counts[has]) + np.arange(counts.sum())
        return rows.astype(np.intp), begins.astype(np.intp), has.astype(np.intp)


class BestTexts(NamedTuple):
    """A need and the offer that serves it best, for each of several pairs: places among all texts, -1 for none."""

    needs: NDArray[np.intp]
    offers: NDArray[np.intp]


class Comparison:
    """Needs and offers of `people` (indices 0 to n - 1), embedded and calibrated, ready to be compared."""

    def __init__(
        self,
        people: Sequence[Profile],
        embedder: Embedder,
        cache: VectorCache | None = None,
        progress: Progress | None = None,
        state: RankingState | None = None,
    ) -> None:
        """With `state`, in the space of that ranking: only texts that it does not have are read."""
        self.embedder = embedder
        statements = [_with_words(person.needs) for person in people], [_with_words(person.offers) for person in people]
        self.statements: Mapping[TextRole, list[Statement]] = {
            role: [statement for each in of_role for statement in each]
            for role, of_role in zip((TextRole.NEED, TextRole.OFFER), statements, strict=True)
        }
        self.needs = Texts.of(_written(statements[0]), state.needs if state else None)
        self.offers = Texts.of(_written(statements[1]), state.offers if state else None)
        needs, offers = len(self.needs.written), len(self.offers.written)

        def report(before: int) -> Callable[[int, int], None] | None:
            return (lambda done, _: progress("reading", before + done, needs + offers)) if progress else None

        if state is not None:
            self.space = self._space_of(state, cache)
        else:
            self.space = Space.of(
                Cached(embedder, cache, report(0)).embed(self.needs.read, TextRole.NEED),
                self.needs.languages,
                Cached(embedder, cache, report(needs)).embed(self.offers.read, TextRole.OFFER),
                self.offers.languages,
                background_of(embedder, cache),
            )
        self._agreement = Agreement(people, *statements, 1 / self.space.background.slope)
        of_needs, of_offers = self._agreement.rows()
        self._need_rows = np.hstack([self.space.needs, of_needs])
        self._offer_rows = np.hstack([self.space.offers, of_offers])

    def _space_of(self, state: RankingState, cache: VectorCache | None) -> Space:
        background = background_of(self.embedder, cache)
        empty = state.space(background, state.needs.vectors, state.offers.vectors)
        rows = {}
        for role, texts, known in (
            (TextRole.NEED, self.needs, state.needs),
            (TextRole.OFFER, self.offers, state.offers),
        ):
            row, read, hashes = {key: i for i, key in enumerate(known.hashes)}, texts.read, texts.hashes
            new = [i for i, key in enumerate(hashes) if key not in row]
            vectors = np.zeros((len(hashes), known.vectors.shape[1]), dtype=np.float32)
            old = [i for i, key in enumerate(hashes) if key in row]
            vectors[old] = known.vectors[[row[hashes[i]] for i in old]]
            if new:
                raw = Cached(self.embedder, cache).embed([read[i] for i in new], role)
                vectors[new] = empty.placed(raw, [texts.languages[i] for i in new], role)
            rows[role] = vectors
        return state.space(background, rows[TextRole.NEED], rows[TextRole.OFFER])

    def similarity(self) -> Floats:
        """How far every offer serves every need, on the scale of `Space.probability`: shape (needs, offers)."""
        return self._need_rows @ self._offer_rows.T

    def rows(self, role: TextRole) -> Vectors:
        """The needs or offers, in the order of `statements`: the product of needs and offers is `similarity`."""
        return self._need_rows if role is TextRole.NEED else self._offer_rows

    def row(self, statement: Statement, owner_type: str, role: TextRole) -> Vectors | None:
        """A further statement, whose author has that participation type, as one of `rows`; None: it has no words."""
        texts = Texts.of([[statement.text]])
        if not texts.written:
            return None
        agreement = self._agreement.placed([owner_type], [statement], role)
        return np.asarray(np.hstack([self.placed(texts, role), agreement])[0])

    def placed(self, texts: Texts, role: TextRole, cache: VectorCache | None = None) -> Vectors:
        """Further texts in the space of these people."""
        return self.space.placed(Cached(self.embedder, cache).embed(texts.read, role), texts.languages, role)

    def says_something(self, person: int) -> bool:
        """Whether a person has any text to match on."""
        return any(texts.starts[person] < texts.starts[person + 1] for texts in (self.needs, self.offers))

    def forward(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
        """How far the offers of `second` serve the needs of `first`, in [0, 1]: shape (first, second)."""
        result = np.zeros((len(first), len(second)), dtype=np.float32)
        need_rows, need_begins, needy = self.needs.rows(first)
        offer_rows, offer_begins, offering = self.offers.rows(second)
        if len(need_rows) and len(offer_rows):
            similar = self._offer_rows[offer_rows] @ self._need_rows[need_rows].T
            by_person = _highest(similar, offer_begins)
            best = _highest(np.ascontiguousarray(by_person.T), need_begins)
            result[np.ix_(needy, offering)] = self.space.probability(best)
        return result

    def best_texts(self, first: int, second: NDArray[np.intp]) -> BestTexts:
        """The need of `first` that each of `second` serves best."""
        needs, offers = _best_of_each(self._need_rows, self.needs, first, self._offer_rows, self.offers, second)
        return BestTexts(needs=needs, offers=offers)

    def best_offers(self, first: int, second: NDArray[np.intp]) -> BestTexts:
        """The need of each of `second` that `first` serves best."""
        offers, needs = _best_of_each(self._offer_rows, self.offers, first, self._need_rows, self.needs, second)
        return BestTexts(needs=needs, offers=offers)


def _with_words(statements: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in statements if any(c.isalnum() for c in statement.text)]


def _written(statements: Sequence[Sequence[Statement]]) -> list[list[str]]:
    return [[statement.text for statement in each] for each in statements]


def _best_of_each(
    vectors: Vectors, texts: Texts, first: int, other_vectors: Vectors, others: Texts, second: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The two texts of `first` and of each of `second` that are nearest: places among `texts` and `others`."""
    of_first, of_second = np.full(len(second), -1, dtype=np.intp), np.full(len(second), -1, dtype=np.intp)
    begin, end = texts.starts[first], texts.starts[first + 1]
    rows, begins, writers = others.rows(second)
    if begin == end or not len(rows):
        return of_first, of_second
    similar = vectors[begin:end] @ other_vectors[rows].T
    nearest, value = similar.argmax(axis=0), similar.max(axis=0)
    lengths, best = np.diff(begins, append=len(rows)), begins.copy()
    for place in range(1, lengths.max(initial=0)):
        longer = np.flatnonzero(lengths > place)
        better = longer[value[begins[longer] + place] > value[best[longer]]]
        best[better] = begins[better] + place
    of_first[writers], of_second[writers] = begin + nearest[best], rows[best]
    return of_first, of_second


def _highest(rows: Floats, begins: NDArray[np.intp]) -> Floats:
    """The highest of each run of rows, by column; ten times as fast as maximum.reduceat, as runs are short."""
    lengths = np.diff(begins, append=len(rows))
    best = rows[begins]
    for place in range(1, lengths.max(initial=0)):
        longer = np.flatnonzero(lengths > place)
        best[longer] = np.maximum(best[longer], rows[begins[longer] + place])
    return best
