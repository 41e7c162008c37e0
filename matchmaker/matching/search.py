"""Finding people by what a free text means, in any language."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Profile, TextRole
from matchmaker.matching.comparison import Comparison, Texts
from matchmaker.matching.search_terms import in_name, terms_of
from matchmaker.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What those found must be; None and an empty set let everybody pass. Countries are ISO 3166-1 alpha-2 codes."""

    countries: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    organisation: str | None = None

    def passes(self, person: Profile) -> bool:
        return (
            (not self.countries or person.country in self.countries)
            and (not self.types or person.type in self.types)
            and (not self.themes or not self.themes.isdisjoint(person.themes))
            and (self.organisation is None or fold(self.organisation) == fold(person.organisation))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Somebody found: `text` is their offer or need (`role`) that means the same, with the probability `score`."""

    email: str
    score: float
    text: str
    role: TextRole


class SearchIndex:
    """People as they are searched: their texts are folded once, and compared once, for any number of queries."""

    def __init__(self, people: Sequence[Profile], comparison: Comparison) -> None:
        self._people = people
        self._comparison = comparison
        self._names = [f" {fold(person.name)} " for person in people]

    def passing(self, criteria: Filter) -> NDArray[np.bool_]:
        """Who passes the filter, shape (people,)."""
        if criteria == Filter():
            return np.ones(len(self._people), dtype=np.bool_)
        return np.array([criteria.passes(person) for person in self._people], dtype=np.bool_)

    def names_somebody(self, query: str) -> bool:
        """Whether every word of the query stands in the name of one person; the last may be the beginning of one.

        Names of organisations do not count: theirs are often words of the field.
        """
        patterns = in_name(terms_of(query))
        return any(all(pattern in name for pattern in patterns) for name in self._names)

    def by_meaning(self, query: str, passing: NDArray[np.bool_], limit: int, threshold: float = 0.0) -> list[Hit]:
        """Whose offers or needs mean what the query says, the likeliest first: each with the best of their texts.

        `passing` says who may be found, shape (people,); texts below the probability `threshold` are left out.
        """
        texts = Texts.of([[query.casefold()]])
        if not texts.written:
            return []
        comparison, space = self._comparison, self._comparison.space
        as_need = space.probability(comparison.placed(texts, TextRole.NEED) @ space.offers.T)[0]
        as_offer = space.probability(comparison.placed(texts, TextRole.OFFER) @ space.needs.T)[0]
        probability = np.concatenate([as_need, as_offer])
        owners = np.concatenate([_owners(comparison.offers), _owners(comparison.needs)])
        offers = len(comparison.offers.written)
        hits: dict[int, Hit] = {}
        for row in np.argsort(-probability, kind="stable"):
            person, score = int(owners[row]), float(probability[row])
            if score < threshold or len(hits) == limit:
                break
            if person not in hits and passing[person]:
                offered = row < offers
                text = comparison.offers.written[row] if offered else comparison.needs.written[row - offers]
                role = TextRole.OFFER if offered else TextRole.NEED
                hits[person] = Hit(email=self._people[person].email, score=score, text=text, role=role)
        return list(hits.values())


def _owners(texts: Texts) -> NDArray[np.intp]:
    """Whose each text is, shape (texts,)."""
    return np.repeat(np.arange(len(texts.starts) - 1), np.diff(texts.starts))
