"""Claims about the word for a match, and about what its reasons quote."""

from hypothesis import given
from hypothesis import strategies as st

from matchmaker.locale import LANGUAGES, catalogue
from matchmaker.matching.match import STRENGTHS, WORDS, NeedOffer, Pairing, Side, Strength, reasons_of, strength

POSSIBLE = STRENGTHS[Strength.POSSIBLE]
probabilities = st.floats(0, 1, width=32)


def kinds(forward: float, backward: float, *, themes: tuple[str, ...] = (), has_text: bool = True) -> list[str]:
    """The kinds of reasons of two people who serve each other so far."""
    quoted = NeedOffer(need="a plant", need_language="en", offer="ein Werk", offer_language="de")
    pairing = Pairing(
        first="one",
        second="other",
        score=0.5,
        forward=forward,
        backward=backward,
        serves_first=quoted if has_text else None,
        serves_second=quoted if has_text else None,
        met_before=False,
        price=0.0,
    )
    side = Side(themes=themes, country="BE", has_text=has_text)
    return [reason.kind for reason in reasons_of(pairing, side, side, country_bonus=0, met_before_penalty=0.5)]


@given(probabilities, probabilities)
def test_only_a_direction_that_is_possible_by_itself_is_quoted(forward: float, backward: float) -> None:
    quoted = {kind for kind in kinds(forward, backward) if kind in ("need_offer", "offer_need")}
    assert ("need_offer" in quoted) == (forward >= POSSIBLE)
    assert ("offer_need" in quoted) == (backward >= POSSIBLE)


@given(probabilities)
def test_a_match_of_one_side_is_worth_what_that_side_is(probability: float) -> None:
    """Nothing is taken off because the other direction carries nothing."""
    assert strength(probability, 0.0) == strength(0.0, probability)
    reached = [word for word, least in STRENGTHS.items() if probability > least + 1e-6]
    if reached:
        assert strength(probability, 0.0) == reached[0]


@given(probabilities, probabilities, probabilities)
def test_a_likelier_match_never_has_a_weaker_word(one: float, other: float, backward: float) -> None:
    order = [None, Strength.POSSIBLE, Strength.GOOD, Strength.STRONG]
    low, high = sorted((one, other))
    assert order.index(strength(low, backward)) <= order.index(strength(high, backward))


def test_shared_themes_alone_make_no_match() -> None:
    assert kinds(0.0, 0.0, themes=("it",), has_text=False) == ["themes", "too_little"]
    assert strength(0.0, 0.0) is None


def test_each_strength_has_a_word_of_its_own_in_each_language() -> None:
    for language in LANGUAGES:
        assert len({catalogue(language).gettext(WORDS[word]) for word in Strength}) == len(Strength)
