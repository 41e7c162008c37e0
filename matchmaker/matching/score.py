"""Who should meet whom: offers against needs, both ways, under the rules of the event, with the reasons.

ranking = rank(event.people, default_embedder())
ranking.of("ann@example.org")[0].reasons[0].text("fr")
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Profile, TextRole
from matchmaker.matching.calibration import Floats
from matchmaker.matching.comparison import BestTexts, Comparison, Progress
from matchmaker.matching.embedding import (
    Embedder,
    EmbeddingError,
    VectorCache,
    default_embedder,
    embedder_named,
)
from matchmaker.matching.learning import FEATURES, Learned, features
from matchmaker.matching.lists import merge, ordered
from matchmaker.matching.match import Match, NeedOffer, Notice, Pairing, Side, reasons_of
from matchmaker.matching.popularity import Exposure, both_ways, exposure, prices
from matchmaker.matching.reciprocal import reciprocal
from matchmaker.matching.rules import EmailPair, RuleBook, Rules
from matchmaker.matching.state import PlacedTexts, RankingState

__all__ = ["Match", "Notice", "Ranking", "Rules", "rank", "restored"]

TOP = 50
BLOCK = 512
CANDIDATES = 150
"""At least this many partners of each person are weighed against each other before a list is cut."""


class Ranking:
    """The matches of an event; made by `rank`. Everybody is known by their e-mail address.

    `exposure` tells how evenly the first ten of all lists show the people, `undamped` how they would without damping;
    `notices` hold what the organiser must be told about how the ranking was made.
    """

    def __init__(
        self, people: Sequence[Profile], comparison: Comparison, book: RuleBook, learned: Learned | None = None
    ) -> None:
        self.people = people
        self._index = {person.email: i for i, person in enumerate(people)}
        self.comparison = comparison
        self.book = book
        self._learned = learned
        self._order: NDArray[np.intp] = np.empty((0, 0), dtype=np.intp)
        # kept, not computed again: a product of another shape differs in the last digit, and the order with it
        self._best: Floats = np.empty((0, 0), dtype=np.float32)
        self._prices = np.zeros(len(people), dtype=np.float32)
        self._thresholds = np.full(len(people), np.inf, dtype=np.float32)
        self.notices: tuple[Notice, ...] = ()
        self.exposure = self.undamped = Exposure(gini=0, never_shown=0, value=0)

    def _scored(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        """Scores, forward and backward of `first` x `second`."""
        forward = self.comparison.forward(first, second)
        backward = self.comparison.forward(second, first).T
        if self._learned and self._learned.used:
            plain = self._learned.score(self._features(forward, backward, first, second))
        else:
            plain = reciprocal(forward, backward)
        return self.book.adjusted(plain, first, second), forward, backward

    def _features(self, forward: Floats, backward: Floats, first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
        shared, abroad = self.book.shared_themes(first, second), self.book.abroad(first, second)
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
        rules = self.book.rules
        return tuple(
            Match(
                first=email,
                second=pairing.second,
                score=pairing.score,
                forward=pairing.forward,
                backward=pairing.backward,
                reasons=reasons_of(
                    pairing,
                    self._side(email),
                    self._side(pairing.second),
                    country_bonus=rules.country_bonus,
                    met_before_penalty=rules.met_before_penalty,
                ),
            )
            for pairing in self.listed(email)
        )

    def listed(self, email: str) -> tuple[Pairing, ...]:
        """As `of`, without the reasons: what is worth storing.

        Raises:
            KeyError: nobody has that address.
        """
        seconds = self.order_of(email)
        first = self._index[email]
        return self._pairings(first, seconds, self._best[first, : len(seconds)])

    def order_of(self, email: str) -> NDArray[np.intp]:
        """Whom somebody is shown, best first: positions among `people`.

        Raises:
            KeyError: nobody has that address.
        """
        seconds: NDArray[np.intp] = self._order[self._index[email]]
        return np.asarray(seconds[seconds >= 0])

    def pairings(self, email: str, others: Sequence[str]) -> tuple[Pairing, ...]:
        """Somebody compared with any others, whether they are listed or not.

        Raises:
            KeyError: nobody has one of the addresses.
        """
        seconds = np.array([self._index[other] for other in others], dtype=np.intp)
        first = self._index[email]
        return self._pairings(first, seconds, self._scored(np.array([first]), seconds)[0][0])

    def price(self, email: str) -> float:
        """What is taken off somebody's score in the lists of all others."""
        return float(self._prices[self._index[email]])

    def _pairings(self, first: int, seconds: NDArray[np.intp], scores: Floats) -> tuple[Pairing, ...]:
        _, forward, backward = self._scored(np.array([first]), seconds)
        one, other = self.comparison.best_texts(first, seconds), self.comparison.best_offers(first, seconds)
        return tuple(
            Pairing(
                first=self.people[first].email,
                second=self.people[second].email,
                score=float(scores[i]),
                forward=float(forward[0, i]),
                backward=float(backward[0, i]),
                serves_first=self._need_offer(one, i),
                serves_second=self._need_offer(other, i),
                met_before=self.book.met(first, int(second)),
                price=float(self._prices[second]),
            )
            for i, second in enumerate(seconds)
        )

    def _need_offer(self, best: BestTexts, place: int) -> NeedOffer | None:
        need, offer = best.needs[place], best.offers[place]
        if need < 0:
            return None
        needs, offers = self.comparison.needs, self.comparison.offers
        return NeedOffer(
            need=needs.written[need],
            need_language=needs.languages[need],
            offer=offers.written[offer],
            offer_language=offers.languages[offer],
        )

    def _side(self, email: str) -> Side:
        place = self._index[email]
        person = self.people[place]
        return Side(themes=person.themes, country=person.country, has_text=self.comparison.says_something(place))

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
        return tuple(p.email for i, p in enumerate(self.people) if not self.comparison.says_something(i))

    def relearned(self, learned: Learned, top: int = TOP, progress: Progress | None = None) -> "Ranking":
        """This ranking made again with what past meetings taught; `top` and `progress` as of `rank`."""
        again = Ranking(self.people, self.comparison, self.book, learned)
        again.notices = self.notices
        if top:
            again._choose(top, progress)
        return again

    def state(self, ids: Sequence[int]) -> RankingState:
        """What `restored` needs, with the caller's ids of the people, in their order."""
        met = [
            (self._index[a], self._index[b])
            for a, b in self.book.rules.met_before
            if a in self._index and b in self._index
        ]
        space = self.comparison.space
        needs, offers = self.comparison.needs, self.comparison.offers
        return RankingState(
            model=self.comparison.embedder.name,
            people=np.array(ids, dtype=np.int64),
            needs=PlacedTexts.of(needs.hashes, needs.languages, space, TextRole.NEED),
            offers=PlacedTexts.of(offers.hashes, offers.languages, space, TextRole.OFFER),
            means=space.means,
            prices=self._prices,
            thresholds=self._thresholds,
            met_before=np.array(met, dtype=np.intp).reshape(-1, 2),
            lesson=self._learned.lesson if self._learned and self._learned.used else None,
        )

    def relist(self, emails: Sequence[str]) -> None:
        """Make the lists of these people again, at the prices and for the candidates that this ranking has.

        Raises:
            KeyError: nobody has one of the addresses.
        """
        everybody = np.arange(len(self.people))
        chosen = np.array([self._index[email] for email in emails], dtype=np.intp)
        for start in range(0, len(chosen), BLOCK // 8):
            first = chosen[start : start + BLOCK // 8]
            scores = self._scored(first, everybody)[0]
            scores[~self.book.allowed(first, everybody)] = -1
            kept = min(CANDIDATES, len(everybody) - 1)
            if kept:
                self._thresholds[first] = -np.partition(-scores, kept - 1, axis=1)[:, kept - 1]
            candidates = (scores >= self._thresholds[first][:, None]) | (scores >= self._thresholds)
            partners = np.where(candidates & (scores >= 0), everybody, -1)
            asked = np.where(partners >= 0, scores - self._prices, -np.inf).astype(np.float32)
            best, order = ordered(scores, partners, asked, TOP)
            self._best[first, : best.shape[1]], self._order[first, : order.shape[1]] = best, order

    def standing(self, email: str) -> tuple[Floats, Floats]:
        """Somebody's score less their price in everybody's list, and by how much they are a candidate for it.

        Two arrays (people,); the second is below 0 for whom they are none, -inf for whom they may not be.

        Raises:
            KeyError: nobody has that address.
        """
        person, everybody = np.array([self._index[email]]), np.arange(len(self.people))
        scores = self._scored(person, everybody)[0][0]
        margins = scores - np.minimum(self._thresholds, self._thresholds[person])
        margins[~self.book.allowed(person, everybody)[0]] = -np.inf
        return scores - self._prices[person], margins

    def _choose(self, top: int, progress: Progress | None) -> None:
        """Fill the lists: the candidates of everybody, then their order, spread by popularity."""
        best, listed = self._candidates(max(top, CANDIDATES), progress)
        if listed.shape[1]:
            self._thresholds = np.where(listed.min(axis=1) < 0, 0, best.min(axis=1)).astype(np.float32)
        scores, partners = both_ways(best, listed)
        weight = self.book.rules.popularity_damping
        self.undamped = exposure(*ordered(scores, partners, scores, top))
        if weight:
            self._prices = weight * prices(scores, partners)
        asked = np.where(partners >= 0, scores - self._prices[partners], -np.inf).astype(np.float32)
        self._best, self._order = ordered(scores, partners, asked, top)
        self.exposure = exposure(self._best, self._order)

    def _candidates(self, kept: int, progress: Progress | None) -> tuple[Floats, NDArray[np.intp]]:
        """The best of everybody, in no order. Each pair of blocks is compared once, and serves both sides."""
        n = len(self.people)
        kept = min(kept, max(n - 1, 0))
        best = np.full((n, kept), -1.0, dtype=np.float32)
        partners = np.full((n, kept), -1, dtype=np.intp)
        blocks = [np.arange(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]
        total, done = len(blocks) * (len(blocks) + 1) // 2, 0
        for i, first in enumerate(blocks):
            for second in blocks[i:]:
                scores = self._scored(first, second)[0]
                scores[~self.book.allowed(first, second)] = -1
                merge(best, partners, first, second, scores)
                if second is not first:
                    merge(best, partners, second, first, scores.T)
                done += 1
                if progress:
                    progress("comparing", done, total)
        return best, partners


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
    for candidate in _embedders(embedder):
        try:
            comparison = Comparison(people, candidate, cache, progress)
            keywords = [Notice(kind="keyword_mode")] if candidate.name.startswith("characters") else []
            return (*notices, *keywords), comparison
        except EmbeddingError as error:
            notices.append(Notice(kind="fallback", detail=str(error)))
    raise AssertionError("keyword mode cannot fail")


def _embedders(embedder: Embedder) -> Iterator[Embedder]:
    """The one that is set, and what takes its place where it fails."""
    yield embedder
    yield default_embedder()
    yield embedder_named("characters")


def restored(
    people: Sequence[Profile],
    ids: Sequence[int],
    state: RankingState,
    embedder: Embedder,
    *,
    rules: Rules | None = None,
    cache: VectorCache | None = None,
) -> Ranking:
    """A ranking of the people as they are now in the space of an earlier one, without lists: for `Ranking.relist`.

    `ids` are those of `Ranking.state`. Only texts that the earlier ranking did not have are read. Who came since has no
    price. The pairs that met before are those of the earlier ranking, and so is what it learned.

    Raises:
        ValueError: the earlier ranking was made by a model that is not the one set now, nor its replacement.
        EmbeddingError: the model cannot be had.
    """
    model = next((each for each in _embedders(embedder) if each.name == state.model), None)
    if model is None:
        raise ValueError(f"the ranking was made by {state.model}, and the embedder is {embedder.name}")
    place = {id_: i for i, id_ in enumerate(ids)}
    now = [place.get(int(id_), -1) for id_ in state.people]
    met = frozenset(
        (people[now[a]].email, people[now[b]].email) for a, b in state.met_before if min(now[a], now[b]) >= 0
    )
    learned = None
    if state.lesson is not None:
        odds, _ = state.lesson.fit()
        good = state.lesson.good
        learned = Learned(outcomes=len(good), good=int(good.sum()), used=True, lesson=state.lesson, odds=odds)
    comparison = Comparison(people, model, cache, state=state)
    ranking = Ranking(tuple(people), comparison, RuleBook(people, replace(rules or Rules(), met_before=met)), learned)
    there = np.array([i >= 0 for i in now], dtype=bool)
    ranking._prices[np.array(now, dtype=np.intp)[there]] = state.prices[there]
    ranking._thresholds[np.array(now, dtype=np.intp)[there]] = state.thresholds[there]
    ranking._order = np.full((len(people), TOP), -1, dtype=np.intp)
    ranking._best = np.zeros((len(people), TOP), dtype=np.float32)
    return ranking
