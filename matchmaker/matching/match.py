"""A match and its reasons, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from matchmaker.locale import catalogue, gettext_noop

Labels = Mapping[str, Mapping[str, str]]
LIKELY = 0.5
"""A sentence claims that an offer serves a need only where that is more probable than not."""

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
    [0, 1]: how probable it is that the offer serves the need, or the share by which the score was moved.
    """

    kind: str
    need: str | None = None
    need_language: str | None = None
    offer: str | None = None
    offer_language: str | None = None
    strength: float
    themes: tuple[str, ...] = ()

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
