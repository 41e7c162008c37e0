"""Claims about the ranking, on the bundled model."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.event import Profile, Statement, TextRole
from matchmaker.matching.embedding import EmbeddingError, Vectors, default_embedder, embedder_named
from matchmaker.matching.learning import Learned, Lesson
from matchmaker.matching.score import Ranking, Rules, rank, restored
from matchmaker.matching.state import RankingState


def person(name: str, *, needs: tuple[str, ...] = (), offers: tuple[str, ...] = (), **rest: object) -> Profile:
    known = {"organisation": f"{name} SA", "country": "BE"} | rest
    texts = {side: tuple(Statement(text=t) for t in each) for side, each in (("needs", needs), ("offers", offers))}
    return Profile(email=name, first_name=name, last_name="X", **texts, **known)  # type: ignore[arg-type]


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
        needs=("An accountant who knows real estate",),
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
    assert kinds["need_offer"].need == PEOPLE[1].needs[0].text
    assert kinds["need_offer"].offer == PEOPLE[0].offers[0].text
    assert (kinds["need_offer"].need_language, kinds["need_offer"].offer_language) == ("fr", "nl")
    assert kinds["offer_need"].need == PEOPLE[0].needs[0].text
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
    assert match.forward > 0.5 > match.backward
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


def stored(ranking: Ranking) -> RankingState:
    return RankingState.from_bytes(ranking.state(range(len(PEOPLE))).to_bytes())


class Deaf:
    """The bundled model, which must not be asked to read anything but what is new."""

    name = default_embedder().name

    def __init__(self) -> None:
        self.read: list[str] = []

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        self.read += texts
        return default_embedder().embed(texts, role)


def test_a_stored_ranking_ranks_anybody_again_as_it_did_without_reading_anything(ranking: Ranking) -> None:
    embedder = Deaf()
    again = restored(PEOPLE, range(len(PEOPLE)), stored(ranking), embedder)
    again.relist([p.email for p in PEOPLE])
    for p in PEOPLE:
        assert [m.second for m in again.of(p.email)] == [m.second for m in ranking.of(p.email)]
        assert [m.score for m in again.of(p.email)] == pytest.approx([m.score for m in ranking.of(p.email)], abs=1e-5)
        assert [m.reasons[:1] for m in again.of(p.email)] == [m.reasons[:1] for m in ranking.of(p.email)]
    assert embedder.read == []


def test_who_comes_later_is_ranked_and_takes_their_place_in_the_lists_of_others(ranking: Ranking) -> None:
    newcomer, embedder = person("newcomer", offers=("Seed capital for young diagnostics firms",), country="DE"), Deaf()
    people = (newcomer, *PEOPLE[1:])
    now = restored(people, [99, *range(1, len(PEOPLE))], stored(ranking), embedder)
    now.relist(["newcomer"])
    assert now.of("newcomer")[0].second == "diagnostics"
    assert embedder.read == [offer.text for offer in newcomer.offers]
    standing, margins = (dict(zip([p.email for p in people], row, strict=True)) for row in now.standing("newcomer"))
    assert standing["diagnostics"] > 0.3
    assert margins["diagnostics"] > 0
    assert margins["newcomer"] == -np.inf, "nobody is listed to themselves"
    assert now.score("diagnostics", "investor") == pytest.approx(ranking.score("diagnostics", "investor"), abs=1e-5)
    (seen,) = now.pairings("newcomer", ["diagnostics"])
    assert seen.reversed(now.price("newcomer")) == now.pairings("diagnostics", ["newcomer"])[0]


def test_what_was_learned_is_stored_with_a_ranking(ranking: Ranking) -> None:
    pairs = [(a.email, b.email) for a in PEOPLE for b in PEOPLE if a != b]
    rows = ranking.features(pairs).astype(np.float64)
    good = rows[:, 4] > 0  # who comes from another country is liked
    lesson = Lesson(method="logistic", rows=rows, good=good, weights=np.ones(len(rows)))
    learned = Learned(outcomes=len(rows), good=int(good.sum()), used=True, lesson=lesson, odds=lesson.fit()[0])
    taught = ranking.relearned(learned)
    again = restored(PEOPLE, range(len(PEOPLE)), stored(taught), Deaf())
    assert again.scores(pairs) == pytest.approx(taught.scores(pairs), abs=1e-5)
    assert again.scores(pairs) != pytest.approx(ranking.scores(pairs), abs=0.05)


def test_a_ranking_is_not_restored_by_another_model(ranking: Ranking) -> None:
    with pytest.raises(ValueError, match="was made by other"):
        restored(PEOPLE, range(len(PEOPLE)), replace(stored(ranking), model="other"), default_embedder())


class Failing:
    """An embedder whose server is gone."""

    name = "server/gone"

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        raise EmbeddingError("the embedding server at gone failed: refused")


def test_a_failing_embedder_is_replaced_and_the_organiser_told() -> None:
    ranking = rank(PEOPLE, Failing())
    assert ranking.of("imaging")[0].second == "filler"
    assert [notice.kind for notice in ranking.notices] == ["fallback"]
    assert "gone failed: refused" in ranking.notices[0].text("nl")


def test_keyword_mode_says_so() -> None:
    assert [notice.kind for notice in rank(PEOPLE, embedder_named("characters")).notices] == ["keyword_mode"]


@pytest.mark.parametrize(
    "text",
    [
        "Diagnostics",
        "🧬🔬",
        "Αναζητούμε συνεργάτη για διαγνωστικά τεστ",
        "We zoeken un partenaire for clinical trials en Belgique",
        "word " * 4000,
        "\x00\ud800",
        "   ",
    ],
    ids=["one word", "emoji", "Greek", "mixed languages", "20,000 characters", "broken", "blank"],
)
def test_odd_texts_are_ranked_or_said_to_be_too_little(text: str) -> None:
    ranking = rank((*PEOPLE, person("odd", needs=(text,), offers=(text,))), default_embedder())
    for match in ranking.of("odd"):
        assert 0 <= match.score <= 1
        assert all(reason.text("fr") for reason in match.reasons)
    if not any(c.isalnum() for c in text):
        assert all("too_little" in {reason.kind for reason in match.reasons} for match in ranking.of("odd"))


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
