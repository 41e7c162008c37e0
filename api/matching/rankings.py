"""The matches of an event in the database: vectors are made once, rankings are stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import isnan
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api import models
from api.events import history
from api.matching import store
from api.matching.schemas import MatchingRules
from api.schedules import snapshot
from api.settings import Settings
from matchmaker.event import Event, Preference, Profile, TextRole
from matchmaker.matching.embedding import Embedder, EmbeddingError, Vectors, embedder_named
from matchmaker.matching.learning import Learned, learn
from matchmaker.matching.outcomes import TrainingData, outcomes_of, training_data_from
from matchmaker.matching.popularity import Exposure
from matchmaker.matching.rules import EmailPair, RuleBook
from matchmaker.matching.score import Ranking, Rules, rank


@dataclass(frozen=True)
class _Missing:
    """An embedder that cannot be had: the next best takes its place, and every ranking says so."""

    reason: str
    name: str = "missing"

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:  # noqa: ARG002
        raise EmbeddingError(self.reason)


@cache
def embedder() -> Embedder:
    """The embedder of this process, as it is set, which reads its weights once."""
    settings = Settings()
    key = settings.embedder_key
    try:
        return embedder_named(settings.embedder, key=key.get_secret_value() if key else None)
    except (EmbeddingError, ValueError) as error:
        return _Missing(str(error))


class StoredVectors:
    """The cache of `matchmaker.matching.embedding`, in the table `vectors`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(self, model: str, role: TextRole, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        stored = models.StoredVector
        rows = self._session.execute(
            sa.select(stored.text_hash, stored.vector).where(
                stored.model == model,
                stored.role == role,
                stored.text_hash
                == sa.func.any(sa.cast([bytes.fromhex(key) for key in hashes], sa.ARRAY(sa.LargeBinary))),
            )
        )
        return {key.hex(): np.frombuffer(vector, dtype="<f4").astype(np.float32) for key, vector in rows}

    def save(self, model: str, role: TextRole, vectors: Mapping[str, Vectors]) -> None:
        rows = [
            {"model": model, "role": role, "text_hash": bytes.fromhex(key), "vector": vector.astype("<f4").tobytes()}
            for key, vector in vectors.items()
        ]
        self._session.execute(insert(models.StoredVector).on_conflict_do_nothing(), rows)


@dataclass(frozen=True)
class Ranked:
    """A ranking, what answers taught of it (None: learning is off), and how many pairs had met before."""

    ranking: Ranking
    learned: Learned | None
    met_before: int


def ranking_of(
    engine: sa.Engine,
    event_id: int,
    plan: snapshot.EventSnapshot,
    stop: Callable[[], bool],
    top: int = 50,
    between: EmailPair | None = None,
) -> Ranked | None:
    """The people of an event ranked, the `top` best of each, and the score of any two; None if `stop` turned true.

    With `between`, two participation types, people of the one are ranked for people of the other only. Vectors are
    stored as they come, whatever becomes of the rest.
    """

    def go_on(*_: object) -> None:
        if stop():
            raise InterruptedError

    with Session(engine.execution_options(isolation_level="AUTOCOMMIT")) as session:
        vectors, wanted = StoredVectors(session), rules_of(session, event_id)
        earlier = history.earlier_events(session, event_id)
        met = history.met_at(session, earlier)

        def ranked(event: Event, rules: Rules, top: int) -> Ranking:
            return rank(event.people, embedder(), rules=rules, top=top, progress=go_on, cache=vectors)

        def seen_before(number: int) -> TrainingData:
            then = snapshot.load(session, number)
            rules = rules_for(then.event, rules_of(session, number))
            return _seen(session, number, then, ranked(then.event, rules, top=0))

        try:
            rules = rules_for(plan.event, wanted, met, store.unwanted_pairs(session, event_id))
            ranking = ranked(plan.event, _narrowed(rules, between), top)
            learned = None
            if wanted.learning:
                learned = learn([_seen(session, event_id, plan, ranking), *map(seen_before, earlier)])
                if learned.used:
                    ranking = ranking.relearned(learned, top, go_on)
        except InterruptedError:
            return None
    there = {person.email for person in plan.event.people}
    return Ranked(ranking=ranking, learned=learned, met_before=sum(there.issuperset(pair) for pair in met))


def rules_of(session: Session, event_id: int) -> MatchingRules:
    """The rules that the organiser of an event set."""
    return MatchingRules.model_validate(session.get_one(models.Event, event_id).matching)


def rules_for(
    event: Event,
    rules: MatchingRules,
    met_before: frozenset[EmailPair] = frozenset(),
    unwanted: frozenset[EmailPair] = frozenset(),
) -> Rules:
    """The organiser's rules as the ranking takes them, with what people noted as "never"."""
    never = frozenset((r.sender, r.recipient) for r in event.requests if r.preference is Preference.NEVER)
    return rules_among(event.people, never, rules, met_before, unwanted)


def rules_among(
    people: Sequence[Profile],
    never: frozenset[EmailPair],
    rules: MatchingRules,
    met_before: frozenset[EmailPair] = frozenset(),
    unwanted: frozenset[EmailPair] = frozenset(),
) -> Rules:
    """As `rules_for`, with the pairs of people (e-mail addresses) that are never to meet."""
    types = sorted({person.type for person in people})
    return Rules(
        may_meet=frozenset((a, b) for a in types for b in types if rules.may_meet(a, b)),
        never=never,
        met_before=met_before,
        unwanted=unwanted,
        met_before_penalty=rules.met_before_penalty / 100,
        theme_bonus=rules.theme_bonus / 100,
        country_bonus=rules.country_bonus / 100,
        popularity_damping=rules.popularity_damping / 100,
    )


def _narrowed(rules: Rules, between: EmailPair | None) -> Rules:
    if between is None or rules.may_meet is None:
        return rules
    return replace(rules, may_meet=rules.may_meet & {between, between[::-1]})


def _seen(session: Session, event_id: int, plan: snapshot.EventSnapshot, ranking: Ranking) -> TrainingData:
    """What people answered, and said of their matches. What an organiser answered for them is nobody's answer.

    The plain score is one without the penalty for what is not for somebody: it must not know what is to be foretold.
    """
    request = models.MeetingRequest
    decreed = set(
        session.scalars(
            sa.select(request.id).where(request.id.in_(plan.requests), request.answered_by == models.Answerer.ORGANISER)
        )
    )
    numbered = zip(plan.requests, plan.event.requests, strict=True)
    answered = tuple(asked for number, asked in numbered if number not in decreed)
    people = {person.email for person in plan.event.people}
    feedback = [each for each in store.feedback_of(session, event_id) if {each.first, each.second} <= people]
    rules = replace(ranking.book.rules, unwanted=frozenset())
    impartial = Ranking(ranking.people, ranking.comparison, RuleBook(ranking.people, rules))
    return training_data_from(impartial, outcomes_of(replace(plan.event, requests=answered), feedback))


def figures_of(plan: snapshot.EventSnapshot, ranked: Ranked) -> dict[str, Any]:
    """What rows keep of a ranking: `api.matching.schemas.RankingFigures` without sentences, people by id."""
    number = {person.email: i for person, i in zip(plan.event.people, plan.people, strict=True)}
    ranking, learned = ranked.ranking, ranked.learned
    return {
        "people": len(plan.people),
        "exposure": _exposure(ranking.exposure),
        "exposure_undamped": _exposure(ranking.undamped),
        "notices": [{"kind": notice.kind, "detail": notice.detail} for notice in ranking.notices],
        "insufficient_text": [number[email] for email in ranking.silent],
        "pairs_met_before": ranked.met_before,
        "learning": None
        if learned is None
        else {
            "applied": learned.used,
            "outcomes": learned.outcomes,
            "positive": learned.good,
            "auc": None if isnan(learned.auc) else learned.auc,
            "baseline_auc": None if isnan(learned.plain_auc) else learned.plain_auc,
        },
    }


def _exposure(exposure: Exposure) -> dict[str, float]:
    return {"gini": exposure.gini, "never_shown": exposure.never_shown, "mean_score": exposure.value}
