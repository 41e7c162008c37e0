"""Meetings that the organiser proposes (investors and start-ups, say): from scores to a list for the scheduler.

The best set of pairs under a cap and a minimum for each person is a b-matching: a linear program over the likeliest
pairs, solved exactly (HiGHS; Huangfu and Hall, "Parallelizing the dual revised simplex method", 2018).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matchmaker.ranking.match import Match

SHORTFALL = 10.0
"""What a meeting missing below a minimum costs, in scores: more than any exchange of pairs could win."""
KEEP = 0.05
"""What a pair proposed before is worth more than a new one, in score: small changes leave the list as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A meeting to propose: two e-mail addresses in alphabetical order, and the score of the pair."""

    first: str
    second: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """The pairs chosen, best first, and how many meetings each person lacks of their minimum (none of 0)."""

    pairs: tuple[Proposal, ...]
    lacking: Mapping[str, int]


def propose(
    matches: Mapping[str, Sequence[Match]],
    *,
    maximum: int | Mapping[str, int],
    minimum: int | Mapping[str, int] = 1,
    before: Collection[tuple[str, str]] = (),
) -> Proposals:
    """Choose the pairs of highest total score with at most `maximum` and, where it can be had, `minimum` for everyone.

    `matches` holds the ranking of each person who takes part; pairs are drawn from these lists, so that nobody is left
    out who stands in any list. `before` are the pairs of an earlier proposal: they are kept unless another is clearly
    better. Limits are of a person or of all.

    Raises:
        ValueError: a limit is negative, or a minimum above its maximum.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    people = sorted(matches)
    number = {email: i for i, email in enumerate(people)}
    most, least = _limits(people, maximum), _limits(people, minimum)
    for email, low, high in zip(people, least, most, strict=True):
        if not 0 <= low <= high:
            raise ValueError(f"{email}: at least {low} and at most {high} meetings: expected 0 <= minimum <= maximum")
    scores = {
        (min(match.first, match.second), max(match.first, match.second)): match.score
        for email in people
        for match in matches[email]
        if match.second in number
    }
    pairs = sorted(scores)
    if not pairs:
        return Proposals(pairs=(), lacking={email: int(low) for email, low in zip(people, least, strict=True) if low})
    known = {(min(pair), max(pair)) for pair in before}
    worth = np.array([scores[pair] + KEEP * (pair in known) for pair in pairs])
    ends = np.array([[number[a], number[b]] for a, b in pairs])
    edges, n = len(pairs), len(people)
    # one column for each pair, then one for what each person lacks
    rows = np.concatenate([ends[:, 0], ends[:, 1], np.arange(n)])
    columns = np.concatenate([np.arange(edges), np.arange(edges), edges + np.arange(n)])
    degree = coo_array((np.ones(len(rows)), (rows, columns)), shape=(n, edges + n)).tocsr()
    held = coo_array((np.ones(2 * edges), (rows[: 2 * edges], columns[: 2 * edges])), shape=(n, edges + n)).tocsr()
    answer = milp(
        np.concatenate([-worth, np.full(n, SHORTFALL)]),
        constraints=[LinearConstraint(degree, lb=least), LinearConstraint(held, ub=most)],
        bounds=Bounds(0, np.concatenate([np.ones(edges), least])),
        integrality=np.ones(edges + n),
        options={"mip_rel_gap": 1e-6, "time_limit": 60},
    )
    taken = [pairs[i] for i in np.flatnonzero(answer.x[:edges] > 0.5)]
    lacking = {people[i]: round(answer.x[edges + i]) for i in range(n) if answer.x[edges + i] > 0.5}
    chosen = [Proposal(first=a, second=b, score=scores[a, b]) for a, b in taken]
    return Proposals(pairs=tuple(sorted(chosen, key=lambda p: (-p.score, p.first, p.second))), lacking=lacking)


def _limits(people: Sequence[str], limit: int | Mapping[str, int]) -> list[int]:
    """The limit of each person; where the mapping names nobody, 0."""
    return [limit] * len(people) if isinstance(limit, int) else [limit.get(email, 0) for email in people]
