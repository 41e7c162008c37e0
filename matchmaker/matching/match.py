"""Two people compared, and the reasons that make a match of them, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.locale import catalogue, gettext_noop

Probability = TypeVar("Probability", float, NDArray[np.float32])
Labels = Mapping[str, Mapping[str, str]]
LIKELY = 0.5
"""A sentence claims that an offer serves a need only where that is more probable than not."""
DEAR = 0.05
"""A price from here on is told as a reason."""

SENTENCES: Mapping[str, str] = {
    "need_offer": gettext_noop("Your need “{need}” is met by their offer “{offer}”."),
    "offer_need": gettext_noop("Your offer “{offer}” meets their need “{need}”."),
    "themes": gettext_noop("You share: {themes}."),
    "country": gettext_noop("You come from different countries."),
    "one_sided": gettext_noop("This meeting mainly serves one of you."),
    "met_before": gettext_noop("Listed lower: you have met before."),
    "popular": gettext_noop("Listed lower: already suggested to many others."),
    "too_little": gettext_noop("There is too little text to compare."),
}
"""What a reason says, by its kind."""
HEDGED: Mapping[str, str] = {
    "need_offer": gettext_noop("Your need “{need}” may be met by their offer “{offer}”."),
    "offer_need": gettext_noop("Your offer “{offer}” may meet their need “{need}”."),
}
"""What a reason says whose strength is below `LIKELY`."""
NOTICES: Mapping[str, str] = {
    "fallback": gettext_noop("The language model set for this event failed; another took its place. {detail}"),
    "keyword_mode": gettext_noop("Keyword mode: texts match only where they share words or parts of words."),
}
"""What an organiser must know of a ranking, by the kind of notice."""


class Strength(StrEnum):
    """The word for how probable it is that two people can serve one another; below all of them there is no match."""

    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"


STRENGTHS: Mapping[Strength, float] = {Strength.STRONG: 0.8, Strength.GOOD: 0.5, Strength.POSSIBLE: 0.2}
"""The least likelihood that each word stands for; what it is worth is measured in docs/matching.md."""
WORDS: Mapping[Strength, str] = {
    Strength.STRONG: gettext_noop("Strong match"),
    Strength.GOOD: gettext_noop("Good match"),
    Strength.POSSIBLE: gettext_noop("Possible match"),
}
"""What people read for each strength."""


def likelihood(forward: Probability, backward: Probability) -> Probability:
    """How probable it is that either of two people serves the other, if the two directions are independent."""
    return 1 - (1 - forward) * (1 - backward)


def strength(forward: float, backward: float) -> Strength | None:
    """The word for a match with these probabilities; None where it should not be called one."""
    probability = likelihood(forward, backward)
    return next((word for word, least in STRENGTHS.items() if probability >= least), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the organiser must know about how a ranking was made; `kind` is a key of `NOTICES`."""

    kind: str
    detail: str = ""

    def text(self, language: str) -> str:
        """A sentence in the reader's language; the detail is in English, as the model gave it."""
        return catalogue(language).gettext(NOTICES[self.kind], detail=self.detail).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchReason:
    """One thing that raised or lowered a match, seen by its first person.

    `kind` is a key of `SENTENCES`. For "need_offer" the need is the first person's, for "offer_need" the second's; both
    are given as they were written, with the language found (ISO 639-1, None where it cannot be told). `strength` is in
    [0, 1]: how probable it is that the offer serves the need, or the share by which the score was moved. `model_text`
    is what a reranker wrote of it, in `model_language` (`matchmaker.matching.reranking`).
    """

    kind: str
    need: str | None = None
    need_language: str | None = None
    offer: str | None = None
    offer_language: str | None = None
    strength: float
    themes: tuple[str, ...] = ()
    model_text: str | None = None
    model_language: str | None = None

    def text(self, language: str, labels: Labels | None = None) -> str:
        """A short sentence in the reader's language. `labels` names the themes by code and language."""
        translated = catalogue(language)
        names = [_label((labels or {}).get(code, {}), translated.language, code) for code in self.themes]
        sentences = SENTENCES if self.strength >= LIKELY or self.kind not in HEDGED else HEDGED
        return translated.gettext(
            sentences[self.kind], need=self.need, offer=self.offer, themes=translated.listed(names)
        )


def _label(labels: Mapping[str, str], language: str, code: str) -> str:
    """The label of a theme in the reader's language, else in the first that it has."""
    return labels.get(language) or next(iter(labels.values()), code)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedOffer:
    """A need and the offer that serves it, as they were written, each with its language (ISO 639-1) if it is known."""

    need: str
    need_language: str | None
    offer: str
    offer_language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Two people (e-mail addresses) compared, without a word of explanation: what is stored of a match.

    `serves_first` is the need of the first that the second serves best, `serves_second` the reverse. `price` is taken
    off the score of the second wherever they are listed, so that recommendations spread.
    """

    first: str
    second: str
    score: float
    forward: float
    backward: float
    serves_first: NeedOffer | None
    serves_second: NeedOffer | None
    met_before: bool
    price: float

    def reversed(self, price: float) -> "Pairing":
        """The same two as the second sees them; `price` is the first's."""
        return Pairing(
            first=self.second,
            second=self.first,
            score=self.score,
            forward=self.backward,
            backward=self.forward,
            serves_first=self.serves_second,
            serves_second=self.serves_first,
            met_before=self.met_before,
            price=price,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What the reasons of a match need to know of either person; `has_text`: there is something to match on."""

    themes: Sequence[str]
    country: str
    has_text: bool


def reasons_of(
    pairing: Pairing, first: Side, second: Side, *, country_bonus: float, met_before_penalty: float
) -> tuple[MatchReason, ...]:
    """The reasons of a match as its first person reads them, the strongest direction first.

    A need and an offer are quoted only where the one is at least possibly served by the other.
    """
    directions = (
        ("need_offer", pairing.serves_first, pairing.forward),
        ("offer_need", pairing.serves_second, pairing.backward),
    )
    carried = [
        MatchReason(
            kind=kind,
            need=served.need,
            need_language=served.need_language,
            offer=served.offer,
            offer_language=served.offer_language,
            strength=strength,
        )
        for kind, served, strength in directions
        if served is not None and strength >= STRENGTHS[Strength.POSSIBLE]
    ]
    reasons = sorted(carried, key=lambda reason: -reason.strength)
    sides = len(reasons)
    if shared := tuple(theme for theme in first.themes if theme in second.themes):
        either = len({*first.themes, *second.themes})
        reasons.append(MatchReason(kind="themes", strength=len(set(shared)) / either, themes=shared))
    if country_bonus and first.country != second.country:
        reasons.append(MatchReason(kind="country", strength=country_bonus))
    if not (first.has_text and second.has_text):
        reasons.append(MatchReason(kind="too_little", strength=1.0))
    elif sides == 1:
        reasons.append(MatchReason(kind="one_sided", strength=0.4))
    if pairing.met_before:
        reasons.append(MatchReason(kind="met_before", strength=met_before_penalty))
    if pairing.price >= DEAR:
        reasons.append(MatchReason(kind="popular", strength=min(pairing.price, 1.0)))
    return tuple(reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A pair as the first person sees it: `forward` is how far the second's offers serve the first's needs.

    `score`, `forward` and `backward` are calibrated to [0, 1] and mean the same in every event.
    """

    first: str
    second: str
    score: float
    forward: float
    backward: float
    reasons: tuple[MatchReason, ...] = ()
