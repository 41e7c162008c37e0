"""A second look at each person's list: a judge that reads both texts of a pair reorders what it has read.

One judgement is about one pair and moves that pair alone, by so much at most: whatever a text says to the judge, it
changes nothing else (docs/decisions/0262-a-reranker-reads-pairs.md).
"""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from hashlib import sha256
from math import exp, log
from typing import Protocol

from matchmaker.event import Profile, Statement
from matchmaker.locale import catalogue, gettext_noop
from matchmaker.matching.model_server import ModelServerError

LENGTH = 2000
"""Of what is read of a person's needs, and as much of their offers: characters."""
MOST = 1.5
"""By so much, in log odds, one judgement moves a pair at most: from .2 to .53, or from .5 to .82."""
EDGE = 0.01
"""No likelihood and no judgement is taken for more certain than this."""
WORKERS = 4
FAILURES = 5
"""So many failures one after the other, and the server is taken for dead."""
UNUSABLE = 20
"""So many answers one after the other that are no judgement, and the model is taken for unfit."""
PATIENCE = 3600.0
"""Seconds after which a run ends, whatever is left."""

NOTICES = {
    "failed": gettext_noop("The server of the second reading failed; the order stands as it was. {detail}"),
    "unusable": gettext_noop(
        "The model of the second reading does not answer as it is asked; the order stands as it was."
    ),
    "slow": gettext_noop(
        "The server of the second reading is slow: it read a part, and reads on after the next ranking."
    ),
}
"""What an organiser must know of how the pairs were read, by the kind of notice."""


def notice_text(kind: str, detail: str, language: str) -> str:
    """A notice in the reader's language; the detail is in English, as the client gave it."""
    return catalogue(language).gettext(NOTICES[kind], detail=detail).strip()


@dataclass(frozen=True, slots=True)
class TextPair:
    """What a judge reads: `reader` and `other` as `person_texts` gives them, and the language of the reason."""

    reader: str
    other: str
    language: str

    def key(self, judge: str) -> bytes:
        """SHA-256 of all that decides a judgement, `judge` being the name of who gives it."""
        parts = (judge, self.language, self.reader, self.other)
        return sha256(json.dumps(parts).encode()).digest()


@dataclass(frozen=True, slots=True)
class Judgement:
    """How probable it is that two should meet, in [0, 1], and why: a line of plain text for the reader, or None."""

    fits: float
    reason: str | None


class PairJudge(Protocol):
    """Reads pairs. `name` says which model and instructions do: part of the key of every judgement."""

    @property
    def name(self) -> str: ...

    def judge(self, pair: TextPair) -> Judgement | None:
        """None: there is an answer, but it is no judgement. Several threads may ask at once.

        Raises:
            ModelServerError: there is no answer.
        """
        ...


@dataclass(slots=True)
class Reading:
    """How far a run got: pairs asked about, judgements among the answers, requests that failed.

    `notice` and `detail` tell why it ended early (`NOTICES`); `stopped`: because it was told to.
    """

    requests: int = 0
    judgements: int = 0
    failures: int = 0
    stopped: bool = False
    notice: str | None = None
    detail: str = ""
    failures_in_a_row: int = field(default=0, repr=False)
    unusable_in_a_row: int = field(default=0, repr=False)

    def count(self, judgement: Judgement | None) -> None:
        """Count an answer."""
        self.requests += 1
        self.failures_in_a_row = 0
        self.judgements += judgement is not None
        self.unusable_in_a_row = 0 if judgement else self.unusable_in_a_row + 1
        if self.unusable_in_a_row >= UNUSABLE:
            self.notice = "unusable"

    def fail(self, error: ModelServerError) -> None:
        """Count a question without an answer."""
        self.requests += 1
        self.failures += 1
        self.failures_in_a_row += 1
        if self.failures_in_a_row >= FAILURES:
            self.notice, self.detail = "failed", str(error)


def person_texts(person: Profile) -> str | None:
    """What a judge reads of a person, a JSON object: neither name nor organisation. None if they wrote nothing."""
    if not (person.needs or person.offers):
        return None
    texts = {"type": person.type, "needs": _clipped(person.needs), "offers": _clipped(person.offers)}
    return json.dumps(texts, ensure_ascii=False)


def _clipped(statements: Sequence[Statement]) -> list[str]:
    left, texts = LENGTH, []
    for statement in statements:
        if text := " ".join(statement.text.split())[:left]:
            texts.append(text)
            left -= len(text)
    return texts


def judge_pairs(
    judge: PairJudge,
    pairs: Iterable[TextPair],
    save: Callable[[TextPair, Judgement | None], None],
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[Reading], None] | None = None,
    workers: int = WORKERS,
    patience: float = PATIENCE,
) -> Reading:
    """Have pairs judged, `workers` at a time, in their order; `save` gets each answer in the thread that called.

    Ends early when `stop` turns true, after `patience` seconds, and where the server or its model is of no use. What is
    on its way then is let go.
    """
    reading, deadline, left = Reading(), time.monotonic() + patience, iter(pairs)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="judge")
    under_way: dict[Future[Judgement | None], TextPair] = {}
    try:
        while reading.notice is None:
            while len(under_way) < workers and (pair := next(left, None)) is not None:
                under_way[pool.submit(judge.judge, pair)] = pair
            if not under_way:
                break
            done, _ = wait(under_way, timeout=0.1, return_when=FIRST_COMPLETED)
            for future in done:
                pair = under_way.pop(future)
                try:
                    judgement = future.result()
                except ModelServerError as error:
                    reading.fail(error)
                else:
                    save(pair, judgement)
                    reading.count(judgement)
            if progress and done:
                progress(reading)
            if stop():
                reading.stopped = True
                break
            if reading.notice is None and under_way and time.monotonic() > deadline:
                reading.notice = "slow"
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if reading.failures and reading.failures == reading.requests:
        reading.notice = reading.notice or "failed"
    return reading


def standings_by_judgement(
    standings: Sequence[float], scores: Sequence[float], likelihoods: Sequence[float], fits: Sequence[float | None]
) -> list[float | None]:
    """The standings of a list in the order that judgements give it; None where there is none (`fits`).

    A judgement takes a pair's log odds half the way from its likelihood to itself, `MOST` at most; its score moves by
    as much, and what the score was less its standing (the price of popularity) stays. Those judged then share out the
    standings that they had among themselves, so that nobody else's place changes.
    """
    moved: dict[int, float] = {}
    for place, judgement in enumerate(fits):
        if judgement is not None:
            by = (_log_odds(judgement) - _log_odds(likelihoods[place])) / 2
            score = _probability(_log_odds(scores[place]) + max(-MOST, min(MOST, by)))
            moved[place] = score - (scores[place] - standings[place])
    order = sorted(moved, key=lambda place: (-moved[place], -standings[place]))
    judged: list[float | None] = [None] * len(standings)
    for place, standing in zip(order, sorted((standings[place] for place in moved), reverse=True), strict=True):
        judged[place] = standing
    return judged


def _log_odds(probability: float) -> float:
    kept = min(max(probability, EDGE), 1 - EDGE)
    return log(kept / (1 - kept))


def _probability(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))
