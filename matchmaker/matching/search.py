"""Free text over people, their offers and their needs, in any language."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.event import Profile, TextRole
from matchmaker.matching.comparison import Comparison, Texts


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
            and (self.organisation is None or folded(self.organisation) == folded(person.organisation))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Somebody found. `score` in [0, 1]; `text` is the offer or need (`role`) that fits, None where the words of the
    query stand in their name, organisation, job title or elsewhere in what they wrote."""

    email: str
    score: float
    text: str | None = None
    role: TextRole | None = None


def found(people: Sequence[Profile], comparison: Comparison, query: str, wanted: Filter, limit: int) -> tuple[Hit, ...]:
    """Who fits `query`, best first: whoever's texts hold its words, and whose offers or needs mean the same.

    An empty query gives all who pass the filter, by name.
    """
    passing = [i for i, person in enumerate(people) if wanted.passes(person)]
    words = folded(query).split()
    if not words:
        by_name = sorted(passing, key=lambda i: (people[i].last_name, people[i].first_name, people[i].email))
        return tuple(Hit(email=people[i].email, score=1.0) for i in by_name[:limit])
    asked = Texts.of([[query]])
    sides = []
    if asked.written:
        space = comparison.space
        as_need = space.probability(comparison.placed(asked, TextRole.NEED) @ space.offers.T)[0]
        as_offer = space.probability(comparison.placed(asked, TextRole.OFFER) @ space.needs.T)[0]
        sides = [(TextRole.OFFER, as_need, comparison.offers), (TextRole.NEED, as_offer, comparison.needs)]
    hits = []
    for i in passing:
        person = people[i]
        held = _held(words, person)
        best = Hit(email=person.email, score=held)
        for role, fits, texts in sides:
            mine = slice(texts.starts[i], texts.starts[i + 1])
            if fits[mine].size and (score := held + (1 - held) * float(fits[mine].max())) > best.score:
                text = texts.written[mine.start + int(fits[mine].argmax())]
                best = Hit(email=person.email, score=score, text=text, role=role)
        if best.score > 0:
            hits.append(best)
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.email))[:limit])


def folded(text: str) -> str:
    """Lower case, without accents, words parted by single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))


def _held(words: Sequence[str], person: Profile) -> float:
    """The share of the words with which some word of the person's begins; names count most."""
    names = f" {folded(f'{person.name} {person.organisation} {person.job_title}')}"
    texts = f" {folded(' '.join(person.offers + person.needs))}"
    return sum(0.95 if f" {word}" in names else 0.8 if f" {word}" in texts else 0.0 for word in words) / len(words)
