"""Claims about the ranking, on the bundled model."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.embedding import default_embedder, embedder_named
from matchmaker.event import Profile
from matchmaker.scoring import Ranking, Rules, rank


def person(name: str, *, needs: tuple[str, ...] = (), offers: tuple[str, ...] = (), **rest: object) -> Profile:
    known = {"organisation": f"{name} SA", "country": "BE"} | rest
    return Profile(email=name, first_name=name, last_name="X", needs=needs, offers=offers, **known)  # type: ignore[arg-type]


PEOPLE = (
    person(
        "filler",
        needs=("Wij zoeken software voor beeldanalyse in digitale pathologie",),
        offers=("Aseptische afvulling van injectieflacons onder GMP",),
        themes=("it", "processes"),
        country="NL",
    ),
    person(
        "imaging",
        needs=("Nous cherchons un sous-traitant pour le remplissage stérile de flacons",),
        offers=("Logiciel d'analyse d'images pour la pathologie numérique",),
        themes=("it",),
    ),
    person(
        "diagnostics",
        needs=("Seed funding for a diagnostics start-up",),
        offers=("Clinical trial sites for oncology patients",),
        type="start-up",
    ),
    person(
        "investor",
        needs=("Deal flow in surgical robotics",),
        offers=("We invest in early stage diagnostics companies",),
        type="investor",
        country="FR",
    ),
    person("silent"),
)


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return rank(PEOPLE, default_embedder())


def test_the_dutch_offer_is_found_for_the_french_need_and_the_other_way_round(ranking: Ranking) -> None:
    match = ranking.of("imaging")[0]
    assert match.second == "filler"
    kinds = {reason.kind: reason for reason in match.reasons}
    assert kinds["need_offer"].need == PEOPLE[1].needs[0]
    assert kinds["need_offer"].offer == PEOPLE[0].offers[0]
    assert (kinds["need_offer"].need_language, kinds["need_offer"].offer_language) == ("fr", "nl")
    assert kinds["offer_need"].need == PEOPLE[0].needs[0]
    assert kinds["themes"].themes == ("it",)


def test_a_pair_has_one_score_and_each_side_sees_its_own_directions(ranking: Ranking) -> None:
    mine = next(match for match in ranking.of("imaging") if match.second == "filler")
    theirs = next(match for match in ranking.of("filler") if match.second == "imaging")
    assert mine.score == pytest.approx(theirs.score) == ranking.score("imaging", "filler")
    assert mine.forward == pytest.approx(theirs.backward)
    assert mine.backward == pytest.approx(theirs.forward)
    assert ranking.score("imaging", "filler") == ranking.score("filler", "imaging")


def test_a_strong_one_sided_match_is_kept_and_says_so(ranking: Ranking) -> None:
    match = ranking.of("diagnostics")[0]
    assert match.second == "investor"
    assert match.forward > 0.5 > 0.2 > match.backward
    assert "one_sided" in {reason.kind for reason in match.reasons}


def test_an_empty_profile_is_told_that_there_is_too_little_to_match_on(ranking: Ranking) -> None:
    matches = ranking.of("silent")
    assert {match.score for match in matches} == {0.0}
    assert all(match.reasons[-1].kind == "too_little" for match in matches)


def test_colleagues_never_meet_and_never_means_never() -> None:
    people = (*PEOPLE[:4], replace(PEOPLE[1], email="colleague", organisation=" imaging sa"))
    ranking = rank(people, default_embedder(), rules=Rules(never=frozenset({("filler", "imaging")})))
    assert "colleague" not in {match.second for match in ranking.of("imaging")}
    assert "filler" not in {match.second for match in ranking.of("imaging")}
    assert "imaging" not in {match.second for match in ranking.of("filler")}
    assert "filler" in {match.second for match in ranking.of("colleague")}


def test_types_that_may_not_meet_are_not_proposed() -> None:
    ranking = rank(PEOPLE, default_embedder(), rules=Rules(may_meet=frozenset({("start-up", "investor")})))
    assert [match.second for match in ranking.of("investor")] == ["diagnostics"]
    assert [match.second for match in ranking.of("diagnostics")] == ["investor"]
    assert ranking.of("filler") == ()


def test_having_met_lowers_and_another_country_raises(ranking: Ranking) -> None:
    met = rank(PEOPLE, default_embedder(), rules=Rules(met_before=frozenset({("imaging", "filler")})))
    abroad = rank(PEOPLE, default_embedder(), rules=Rules(country_bonus=0.5))
    plain = ranking.score("diagnostics", "investor")
    assert met.score("filler", "imaging") == pytest.approx(ranking.score("filler", "imaging") / 2)
    assert abroad.score("diagnostics", "investor") == pytest.approx((1 + plain) / 2)
    assert "met_before" in {
        reason.kind for reason in next(m for m in met.of("filler") if m.second == "imaging").reasons
    }
    assert "country" in {reason.kind for reason in abroad.of("investor")[0].reasons}


def test_every_reason_is_a_sentence_in_each_language(ranking: Ranking) -> None:
    reasons = [reason for p in PEOPLE for match in ranking.of(p.email) for reason in match.reasons]
    for reason in reasons:
        sentences = {reason.text(language, {"it": {"fr": "informatique"}}) for language in ("en", "fr", "nl")}
        assert len(sentences) == 3
        assert all(sentence.endswith(".") and "None" not in sentence for sentence in sentences)


def test_a_weight_outside_its_range_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="country_bonus is 2: expected a number from 0 to 1"):
        Rules(country_bonus=2)


def test_two_people_with_one_address_are_refused() -> None:
    with pytest.raises(ValueError, match="share an e-mail address"):
        rank([PEOPLE[0], PEOPLE[0]], embedder_named("characters"))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.text(max_size=30), max_size=3), st.lists(st.text(max_size=30), max_size=3)), max_size=6
    )
)
def test_no_text_whatever_breaks_the_ranking(texts: list[tuple[list[str], list[str]]]) -> None:
    people = [person(str(i), needs=tuple(needs), offers=tuple(offers)) for i, (needs, offers) in enumerate(texts)]
    ranking = rank(people, embedder_named("characters"))
    for someone in people:
        matches = ranking.of(someone.email)
        assert len(matches) == len(people) - 1
        assert all(0 <= value <= 1 for match in matches for value in (match.score, match.forward, match.backward))
        assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)
