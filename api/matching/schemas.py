"""The organiser's side of matching: the rules, and what the ranking in use comes to."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.core.schemas import Line, Model
from api.participants.schemas import ParticipantBrief

Percent = Annotated[int, Field(ge=0, le=100)]
TypePair = Annotated[list[Line], Field(min_length=2, max_length=2, examples=[["investor", "investor"]])]


class MatchingRules(Model):
    """What an organiser decides of matching; weights are percentages.

    `may_not_meet`: pairs of participation types that are kept apart. `country_bonus` and `theme_bonus` close that share
    of the distance to a score of 100 for people of two countries, and for people who share all their themes.
    `met_before_penalty` is taken off the score of two who met at an earlier event of the same owner.
    `popularity_damping`: how firmly recommendations are spread. `learning`: whether answers may weigh the features.
    `reranking`: whether the installation's chat server, if it has one, reads the pairs of all lists and orders them.
    """

    may_not_meet: list[TypePair] = Field(default_factory=list)
    country_bonus: Percent = 0
    theme_bonus: Percent = 10
    met_before_penalty: Percent = 50
    popularity_damping: Percent = 100
    learning: bool = True
    reranking: bool = False

    def may_meet(self, one: str, other: str) -> bool:
        """Whether people of these two types may meet."""
        return [one, other] not in self.may_not_meet and [other, one] not in self.may_not_meet


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
