"""The organiser's side of matching: the rules, and what the ranking in use comes to."""

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations_with_replacement
from typing import Annotated, Literal

from pydantic import Field

from api.core.schemas import Line, Model, Name, Prose
from api.participants.schemas import ParticipantBrief
from matchmaker.event import StatementKind, TextRole
from matchmaker.matching.advice import Advice
from matchmaker.matching.match import Strength
from matchmaker.matching.rules import default_may_meet
from matchmaker.text import AUDIENCE

Percent = Annotated[int, Field(ge=0, le=100)]
TypePair = Annotated[list[Line], Field(min_length=2, max_length=2, examples=[["investor", "investor"]])]


class MatchingRules(Model):
    """What an organiser decides of matching; weights are percentages.

    `may_not_meet`: pairs of participation types that are kept apart; None where the organiser has not decided, and
    investors do not meet investors. `country_bonus` and `theme_bonus` close that share of the distance to a score of
    100 for people of two countries, and for people who share all their themes.
    `met_before_penalty` is taken off the score of two who met at an earlier event of the same owner.
    `popularity_damping`: how firmly recommendations are spread. `learning`: whether answers may weigh the features.
    `reranking`: whether the installation's chat server, if it has one, reads the pairs of all lists and orders them.
    """

    may_not_meet: list[TypePair] | None = None
    country_bonus: Percent = 0
    theme_bonus: Percent = 10
    met_before_penalty: Percent = 50
    popularity_damping: Percent = 100
    learning: bool = True
    reranking: bool = False

    def may_meet(self, one: str, other: str) -> bool:
        """Whether people of these two types may meet."""
        if self.may_not_meet is None:
            return (one, other) in default_may_meet([one, other])
        return [one, other] not in self.may_not_meet and [other, one] not in self.may_not_meet

    def decided(self, types: Sequence[str]) -> "MatchingRules":
        """The same with the pairs that are kept apart spelled out, for an event that has these types."""
        if self.may_not_meet is not None:
            return self
        pairs = combinations_with_replacement(sorted(types), 2)
        return self.model_copy(update={"may_not_meet": [list(pair) for pair in pairs if not self.may_meet(*pair)]})


class MatchingPatch(Model):
    """What an organiser changes of the rules; what is absent stays."""

    may_not_meet: list[TypePair] | None = Field(None, max_length=200)
    country_bonus: Percent | None = None
    theme_bonus: Percent | None = None
    met_before_penalty: Percent | None = None
    popularity_damping: Percent | None = None
    learning: bool | None = None
    reranking: bool | None = None


class Exposure(Model):
    """How the first ten of all lists show the people.

    `gini`: 0 where all are shown equally often; `never_shown`: the share of people shown to nobody; `mean_score`: the
    mean score of what is shown. All between 0 and 1.
    """

    gini: float
    never_shown: float
    mean_score: float


class Notice(Model):
    """What an organiser must know of how the ranking was made; `text` is in the reader's language."""

    kind: str = Field(examples=["fallback", "keyword_mode"])
    text: str


class LearningReport(Model):
    """What answers taught; `text` tells it in the reader's language.

    `auc`: how often a good pair comes before a bad one; null where too little is known.
    """

    applied: bool
    outcomes: int
    positive: int
    auc: float | None
    baseline_auc: float | None
    text: str


class RankingFigures(Model):
    """What was true when the ranking in use was made. `learning` is null where learning was off.

    `exposure_undamped`: the exposure had popularity not been damped; `pairs_met_before`: pairs known to have met at
    earlier events.
    """

    ranked_at: datetime
    people: int
    exposure: Exposure
    exposure_undamped: Exposure
    notices: list[Notice]
    insufficient_text: list[ParticipantBrief]
    pairs_met_before: int
    learning: LearningReport | None


class RerankingEstimate(Model):
    """What it would take to read the pairs of all lists: `pairs`, of which `cached` are known.

    `requests`: how many of the others are read after the next ranking. Tokens are estimated, at four characters each.
    """

    pairs: int
    cached: int
    requests: int
    input_tokens: int
    output_tokens: int


class Reranking(Model):
    """How far the reranker got in its last run: `judgements` of the `pairs` of all lists, `requests` made of a `total`.

    `notice` tells in the reader's language why it ended early.
    """

    state: Literal["idle", "queued", "running"]
    pairs: int
    judgements: int
    requests: int
    total: int
    notice: str | None
    finished_at: datetime | None


class Matching(Model):
    """The rules of an event, its ranking (null: none yet), and whether a new one is on its way or has failed.

    `reranking` is null where the installation has no reranker.
    """

    rules: MatchingRules
    reranking: Reranking | None
    ranking: RankingFigures | None
    state: Literal["current", "queued", "running", "failed"]


class StatementDraft(Model):
    """An offer or a need being written, whose text may be empty; `audience` and `kind` are as of what is saved."""

    role: TextRole
    text: Prose
    audience: list[Name] = Field([], max_length=AUDIENCE)
    kind: StatementKind | None = None


class StatementFit(Model):
    """Somebody whom an offer or a need finds: by this text of theirs, and how surely."""

    participant: ParticipantBrief
    text: str
    strength: Strength


class StatementProposal(Model):
    """Whom similar offers or needs are for, and their kind, where they agree; it is for the author to take over."""

    audience: list[str]
    kind: StatementKind | None


class StatementPreview(Model):
    """What an offer or a need finds.

    `people`: how many it fits at least possibly; null where that cannot be told: there is no ranking, or (`reading`) it
    is being read, and a request in a second or two finds it. `best`: up to three of them. `missing`: what the text
    leaves open, the most pressing first.
    """

    people: int | None
    best: list[StatementFit]
    missing: list[Advice]
    proposed: StatementProposal
    reading: bool = False


class Gap(Model):
    """A need that no offer answers, or an offer that nobody needs."""

    participant: ParticipantBrief
    text: str
    language: str | None
    audience: list[str]
    kind: StatementKind | None


class GapList(Model):
    """The gaps furthest from anything, at most 100 of `total`."""

    total: int
    items: list[Gap]


class Gaps(Model):
    """What the event lacks. `state`: whether it is known, is being computed, or there is no ranking to tell it by."""

    state: Literal["ready", "reading", "unranked"]
    needs: GapList
    offers: GapList
