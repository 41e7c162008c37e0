"""A match and its reasons, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

Labels = Mapping[str, Mapping[str, str]]

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "need_offer": {
        "en": "Your need “{need}” is met by their offer “{offer}”.",
        "fr": "Votre besoin « {need} » trouve réponse dans leur offre « {offer} ».",
        "nl": "Uw vraag “{need}” vindt een antwoord in hun aanbod “{offer}”.",
    },
    "offer_need": {
        "en": "Your offer “{offer}” meets their need “{need}”.",
        "fr": "Votre offre « {offer} » répond à leur besoin « {need} ».",
        "nl": "Uw aanbod “{offer}” beantwoordt hun vraag “{need}”.",
    },
    "themes": {
        "en": "You share: {themes}.",
        "fr": "Vous avez en commun : {themes}.",
        "nl": "U deelt: {themes}.",
    },
    "country": {
        "en": "You come from different countries.",
        "fr": "Vous venez de deux pays différents.",
        "nl": "U komt uit twee verschillende landen.",
    },
    "one_sided": {
        "en": "Lowered: it serves one side only.",
        "fr": "Réduit : un seul des deux y trouve son compte.",
        "nl": "Verlaagd: slechts één van beiden heeft er baat bij.",
    },
    "met_before": {
        "en": "Lowered: you have met before.",
        "fr": "Réduit : vous vous êtes déjà rencontrés.",
        "nl": "Verlaagd: u hebt elkaar al ontmoet.",
    },
    "popular": {
        "en": "Lower in your list: recommended to many others.",
        "fr": "Plus bas dans votre liste : recommandé à beaucoup d’autres.",
        "nl": "Lager in uw lijst: aan veel anderen aanbevolen.",
    },
    "too_little": {
        "en": "There is too little text to match on.",
        "fr": "Il y a trop peu de texte pour établir une correspondance.",
        "nl": "Er is te weinig tekst om een match op te baseren.",
    },
}


NOTICES: Mapping[str, Mapping[str, str]] = {
    "fallback": {
        "en": "The language model set for this event failed; another took its place. {detail}",
        "fr": "Le modèle de langue choisi pour cet événement a échoué ; un autre l’a remplacé. {detail}",
        "nl": "Het taalmodel van dit evenement faalde; een ander nam het over. {detail}",
    },
    "keyword_mode": {
        "en": "Keyword mode: texts match only where they share words or parts of words.",
        "fr": "Mode mots-clés : les textes ne sont rapprochés que s’ils partagent des mots ou des parties de mots.",
        "nl": "Trefwoordmodus: teksten passen enkel bij elkaar als ze woorden of delen van woorden delen.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the organiser must know about how a ranking was made; `kind` is a key of `NOTICES`."""

    kind: str
    detail: str = ""

    def text(self, language: str) -> str:
        """A sentence in "en", "fr" or "nl" (other: English); the detail is in English, as the model gave it."""
        return (NOTICES[self.kind].get(language) or NOTICES[self.kind]["en"]).format(detail=self.detail).strip()


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
        """A short sentence in "en", "fr" or "nl" (other: English). `labels` names the themes by code and language."""
        names = [(labels or {}).get(code, {}).get(language, code) for code in self.themes]
        sentence = SENTENCES[self.kind].get(language) or SENTENCES[self.kind]["en"]
        return sentence.format(need=self.need, offer=self.offer, themes=", ".join(names))


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
