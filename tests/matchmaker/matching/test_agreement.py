from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.event import Profile, Statement, StatementKind
from matchmaker.matching.agreement import Agreement
from matchmaker.matching.calibration import Floats

TYPES = ("investor", "start-up", "academic")


def person(number: int, kind: str) -> Profile:
    return Profile(
        email=f"p{number}@example.org", first_name="P", last_name=str(number), organisation="O", country="BE", type=kind
    )


PEOPLE = [person(i, TYPES[i % 3]) for i in range(9)]


def odds(need: Statement, offers: Sequence[Statement]) -> Floats:
    """The log odds of up to three offers, of an investor, a start-up and an academic, for the need of a start-up."""
    needs = [[need] if i == 1 else [] for i in range(9)]
    offered = [[offers[i]] if i < len(offers) else [Statement(text="something else")] for i in range(9)]
    rows = Agreement(PEOPLE, needs, offered, unit=1.0).rows()
    return np.asarray((rows[0] @ rows[1].T)[0, : len(offers)], dtype=np.float32)


def test_what_nobody_says_changes_nothing() -> None:
    assert np.allclose(odds(Statement(text="a"), [Statement(text="b")] * 3), 0)


def test_an_audience_lifts_the_types_that_it_names_and_lowers_the_others() -> None:
    investor, startup, academic = odds(Statement(text="a", audience=frozenset({"academic"})), [Statement(text="b")] * 3)
    assert academic > 0.5
    assert investor == startup < -0.5


def test_an_audience_of_everybody_says_next_to_nothing() -> None:
    assert np.allclose(odds(Statement(text="a", audience=frozenset(TYPES)), [Statement(text="b")] * 3), 0, atol=0.1)


def test_both_sides_count() -> None:
    for_startups, for_others = (Statement(text="b", audience=frozenset({name})) for name in ("start-up", "investor"))
    need = Statement(text="a", audience=frozenset({"investor"}))
    right, wrong = odds(need, [for_startups])[0], odds(need, [for_others])[0]
    assert right > odds(need, [Statement(text="b")])[0] > wrong


def test_one_kind_lifts_and_two_kinds_lower() -> None:
    funding, talent = (Statement(text="b", kind=kind) for kind in (StatementKind.FUNDING, StatementKind.TALENT))
    same, other, silent = odds(Statement(text="a", kind=StatementKind.FUNDING), [funding, talent, Statement(text="b")])
    assert same > silent == 0 > other


def test_capital_of_one_stage_and_size_is_preferred() -> None:
    need = Statement(text="Raising 2 M€, series A, looking for a lead")
    near = Statement(text="Tickets of 1 to 3 M€ in series A")
    far = Statement(text="Growth capital, 15 to 30 M€")
    same, other = odds(need, [near, far])
    assert same > 0 > other


statements = st.builds(
    Statement,
    text=st.just("text"),
    audience=st.frozensets(st.sampled_from(TYPES)),
    kind=st.one_of(st.none(), st.sampled_from(list(StatementKind))),
)


@given(statements, st.lists(statements, min_size=9, max_size=9))
def test_no_tick_ever_rules_anybody_out(need: Statement, offers: list[Statement]) -> None:
    assert np.all(np.abs(odds(need, offers)) < 12)
