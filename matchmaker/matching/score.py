"""Who should meet whom: offers against needs, both ways, under the rules of the event, with the reasons.

ranking = rank(event.people, default_embedder())
ranking.of("ann@example.org")[0].reasons[0].text("fr")
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Profile
from matchmaker.matching.calibration import Floats
from matchmaker.matching.comparison import Comparison, Progress, reciprocal
from matchmaker.matching.embedding import Embedder, EmbeddingError, VectorCache, default_embedder, embedder_named
from matchmaker.matching.learning import FEATURES, Learned, features
from matchmaker.matching.match import Match, MatchReason, Notice
from matchmaker.matching.popularity import Exposure, both_ways, exposure, prices
from matchmaker.matching.rules import EmailPair, RuleBook, Rules
from matchmaker.matching.search import Filter, Hit, SearchIndex

__all__ = ["Filter", "Hit", "Match", "MatchReason", "Notice", "Ranking", "Rules", "rank"]

TOP = 50
BLOCK = 512
CANDIDATES = 150
"""At least this many partners of each person are weighed against each other before a list is cut."""
DEAR = 0.05
"""A price from here on is told as a reason."""
WEAK = 0.2
"""A direction below this carries nothing worth telling, unless it is all there is."""
NOTHING = 0.02


class Ranking:
    """The matches of an event; made by `rank`. Everybody is known by their e-mail address.

    `exposure` tells how evenly the first ten of all lists show the people, `undamped` how they would without damping;
    `notices` hold what the organiser must be told about how the ranking was made.
    """

    def __init__(
        self, people: Sequence[Profile], comparison: Comparison, book: RuleBook, learned: Learned | None = None
    ) -> None:
        self._people = people
        self._index = {person.email: i for i, person in enumerate(people)}
        self._comparison = comparison
        self._book = book
        self._learned = learned
        self._order: NDArray[np.intp] = np.empty((0, 0), dtype=np.intp)
        # kept, not computed again: a product of another shape differs in the last digit, and the order with it
        self._best: Floats = np.empty((0, 0), dtype=np.float32)
        self._prices = np.zeros(len(people), dtype=np.float32)
        self.notices: tuple[Notice, ...] = ()
        self.exposure = self.undamped = Exposure(gini=0, never_shown=0, value=0)

    def _scored(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        """Scores, forward and backward of `first` x `second`."""
        forward = self._comparison.forward(first, second)
        backward = self._comparison.forward(second, first).T
        if self._learned and self._learned.used:
            plain = self._learned.score(self._features(forward, backward, first, second))
        else:
            plain = reciprocal(forward, backward)
        return self._book.adjusted(plain, first, second), forward, backward

    def _features(self, forward: Floats, backward: Floats, first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
        shared, abroad = self._book.shared_themes(first, second), self._book.abroad(first, second)
        return features(forward, backward, shared, abroad)

    def features(self, pairs: Sequence[EmailPair]) -> Floats:
        """What `matchmaker.matching.learning` learns from, shape (pairs, features).

        Raises:
            KeyError: nobody has one of the addresses.
        """
        rows = np.empty((len(pairs), len(FEATURES)), dtype=np.float32)
        for places, first, seconds in self._by_first(pairs):
            _, forward, backward = self._scored(first, seconds)
            rows[places] = self._features(forward, backward, first, seconds)[0]
        return rows

    def scores(self, pairs: Sequence[EmailPair]) -> Floats:
        """As `score`, of many pairs: shape (pairs,)."""
        scores = np.empty(len(pairs), dtype=np.float32)
        for places, first, seconds in self._by_first(pairs):
            scores[places] = self._scored(first, seconds)[0][0]
        return scores

    def _by_first(self, pairs: Sequence[EmailPair]) -> Iterator[tuple[list[int], NDArray[np.intp], NDArray[np.intp]]]:
        """Pairs by who comes first: their places among `pairs`, that person, and the seconds."""
        places: dict[int, list[int]] = defaultdict(list)
        for place, (first, _) in enumerate(pairs):
            places[self._index[first]].append(place)
        for person, mine in places.items():
            yield mine, np.array([person]), np.array([self._index[pairs[place][1]] for place in mine])

    def of(self, email: str) -> tuple[Match, ...]:
        """The matches of a person in the order to show them: by score, spread by popularity.

        Raises:
            KeyError: nobody has that address.
        """
        first = self._index[email]
        seconds = self._order[first]
        seconds = seconds[seconds >= 0]
        _, forward, backward = self._scored(np.array([first]), seconds)
        return tuple(
            Match(
                first=email,
                second=self._people[second].email,
                score=float(self._best[first, i]),
                forward=float(forward[0, i]),
                backward=float(backward[0, i]),
                reasons=self._reasons(first, int(second)),
            )
            for i, second in enumerate(seconds)
        )

    def score(self, first: str, second: str) -> float:
        """The calibrated score of any two people, in [0, 1], whoever comes first and also outside the top.

        Raises:
            KeyError: nobody has that address.
        """
        a, b = sorted((self._index[first], self._index[second]))
        return float(self._scored(np.array([a]), np.array([b]))[0][0, 0])

    @property
    def silent(self) -> tuple[str, ...]:
        """Who has too little text to match on."""
        return tuple(p.email for i, p in enumerate(self._people) if not self._comparison.says_something(i))

    def search(self, query: str, wanted: Filter | None = None, limit: int = 20) -> tuple[Hit, ...]:
        """Who fits a free text, in any of the languages, among those who pass the filter: best first."""
        return SearchIndex(self._people, self._comparison).search(query, wanted or Filter(), limit)

    def relearned(self, learned: Learned, top: int = TOP, progress: Progress | None = None) -> "Ranking":
        """This ranking made again with what past meetings taught; `top` and `progress` as of `rank`."""
        again = Ranking(self._people, self._comparison, self._book, learned)
        again.notices = self.notices
        if top:
            again._choose(top, progress)
        return again

    def joined(self, person: Profile) -> "Ranking":
        """This ranking with a newcomer, at once: they get their list; the lists of the others stay as they are.

        Raises:
            ValueError: somebody has that address.
        """
        if person.email in self._index:
            raise ValueError("somebody has that e-mail address already")
        people = (*self._people, person)
        wider = Ranking(people, self._comparison.joined(person), RuleBook(people, self._book.rules), self._learned)
        wider.exposure, wider.undamped, wider.notices = self.exposure, self.undamped, self.notices
        wider._prices = np.append(self._prices, np.float32(0))
        first, others = np.array([len(self._people)]), np.arange(len(self._people))
        scores = wider._scored(first, others)[0]
        asked = np.where(wider._book.allowed(first, others), scores - self._prices, -np.inf).astype(np.float32)
        partners = np.where(np.isfinite(asked), others, -1)
        places = max(self._order.shape[1], min(TOP, len(others)))
        best, order = _ordered(scores, partners, asked, places)
        wider._best = np.vstack([_widened(self._best, places, 0), _widened(best, places, 0)])
        wider._order = np.vstack([_widened(self._order, places, -1), _widened(order, places, -1)])
        return wider

    def _reasons(self, first: int, second: int) -> tuple[MatchReason, ...]:
        needs, offers = self._comparison.needs, self._comparison.offers
        carried = [
            MatchReason(
                kind=kind,
                need=needs.written[best.need],
                need_language=needs.languages[best.need],
                offer=offers.written[best.offer],
                offer_language=offers.languages[best.offer],
                strength=best.strength,
            )
            for kind, one, other in (("need_offer", first, second), ("offer_need", second, first))
            if (best := self._comparison.carried_by(one, other))
        ]
        carried.sort(key=lambda reason: -reason.strength)
        reasons = [reason for i, reason in enumerate(carried) if reason.strength >= (WEAK if i else NOTHING)]
        sides = len(reasons)
        mine, theirs = self._people[first], self._people[second]
        if shared := tuple(theme for theme in mine.themes if theme in theirs.themes):
            strength = float(self._book.shared_themes(np.array([first]), np.array([second]))[0, 0])
            reasons.append(MatchReason(kind="themes", strength=strength, themes=shared))
        rules = self._book.rules
        if rules.country_bonus and mine.country != theirs.country:
            reasons.append(MatchReason(kind="country", strength=rules.country_bonus))
        if not self._comparison.says_something(first) or not self._comparison.says_something(second):
            reasons.append(MatchReason(kind="too_little", strength=1.0))
        elif sides == 1:
            reasons.append(MatchReason(kind="one_sided", strength=0.4))
        if self._book.met(first, second):
            reasons.append(MatchReason(kind="met_before", strength=rules.met_before_penalty))
        if self._prices[second] >= DEAR:
            reasons.append(MatchReason(kind="popular", strength=min(float(self._prices[second]), 1.0)))
        return tuple(reasons)

    def _choose(self, top: int, progress: Progress | None) -> None:
        """Fill the lists: the candidates of everybody, then their order, spread by popularity."""
        scores, partners = both_ways(*self._candidates(max(top, CANDIDATES), progress))
        weight = self._book.rules.popularity_damping
        self.undamped = exposure(*_ordered(scores, partners, scores, top))
        if weight:
            self._prices = weight * prices(scores, partners)
        asked = np.where(partners >= 0, scores - self._prices[partners], -np.inf).astype(np.float32)
        self._best, self._order = _ordered(scores, partners, asked, top)
        self.exposure = exposure(self._best, self._order)

    def _candidates(self, kept: int, progress: Progress | None) -> tuple[Floats, NDArray[np.intp]]:
        """The best of everybody, in no order. Each pair of blocks is compared once, and serves both sides."""
        n = len(self._people)
        kept = min(kept, max(n - 1, 0))
        best = np.full((n, kept), -1.0, dtype=np.float32)
        partners = np.full((n, kept), -1, dtype=np.intp)
        blocks = [np.arange(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]
        total, done = len(blocks) * (len(blocks) + 1) // 2, 0
        for i, first in enumerate(blocks):
            for second in blocks[i:]:
                scores = self._scored(first, second)[0]
                scores[~self._book.allowed(first, second)] = -1
                _merge(best, partners, first, second, scores)
                if second is not first:
                    _merge(best, partners, second, first, scores.T)
                done += 1
                if progress:
                    progress("comparing", done, total)
        return best, partners


def _ordered(scores: Floats, partners: NDArray[np.intp], by: Floats, top: int) -> tuple[Floats, NDArray[np.intp]]:
    """The `top` of each list, the highest of `by` first; ties in the order of the people, so that all runs agree."""
    places = np.lexsort((partners, -by, partners < 0))[:, :top]
    return np.take_along_axis(scores, places, axis=1), np.take_along_axis(partners, places, axis=1)


def _widened(lists: NDArray[Any], places: int, filling: int) -> NDArray[Any]:
    return np.pad(lists, ((0, 0), (0, places - lists.shape[1])), constant_values=filling)


def _merge(
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


def rank(
    people: Sequence[Profile],
    embedder: Embedder,
    *,
    rules: Rules | None = None,
    top: int = TOP,
    progress: Progress | None = None,
    cache: VectorCache | None = None,
    learned: Learned | None = None,
) -> Ranking:
    """Rank everybody for everybody: the `top` best of each person (0: no lists, for who only asks for scores).

    `progress(stage, done, total)` is called as the work goes on ("reading" texts, "comparing" blocks of people); an
    exception raised in it cancels. `cache` keeps the vectors of texts already read. Where the embedder fails, the
    bundled one takes its place, and `Ranking.notices` says so. `learned` is what past meetings taught, if they did.

    Raises:
        ValueError: two people share an e-mail address.
    """
    if len({person.email for person in people}) < len(people):
        raise ValueError("two people share an e-mail address: each needs their own")
    notices, comparison = _compared(people, embedder, cache, progress)
    ranking = Ranking(tuple(people), comparison, RuleBook(people, rules or Rules()), learned)
    ranking.notices = notices
    if top:
        ranking._choose(top, progress)
    return ranking


def _compared(
    people: Sequence[Profile], embedder: Embedder, cache: VectorCache | None, progress: Progress | None
) -> tuple[tuple[Notice, ...], Comparison]:
    """The comparison by `embedder`, or by the next best one where it fails: vectors of two models never mix."""
    notices: list[Notice] = []
    for candidate in (embedder, default_embedder(), embedder_named("characters")):
        try:
            comparison = Comparison(people, candidate, cache, progress)
            keywords = [Notice(kind="keyword_mode")] if candidate.name.startswith("characters") else []
            return (*notices, *keywords), comparison
        except EmbeddingError as error:
            notices.append(Notice(kind="fallback", detail=str(error)))
    raise AssertionError("keyword mode cannot fail")
