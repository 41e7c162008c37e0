"""What an offer or a need leaves open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.advice import ENOUGH, FEWEST, Advice, advice
from matchmaker.matching.generic_words import GENERIC, PURPOSE
from matchmaker.sample import biowin_day
from matchmaker.text import fold

TEXTS = st.text(max_size=300)
WORDS = st.lists(st.sampled_from(["sterile", "vectors", "essai", "clinique", "hulpmiddelen", "Zellen"]), min_size=1)


@pytest.mark.parametrize(
    "text",
    [
        "Networking opportunities and new partners",
        "Des partenaires innovants pour notre réseau",
        "Wij zoeken nieuwe klanten en samenwerking",
        "Austausch mit innovativen Unternehmen",
    ],
)
def test_what_any_profile_could_say_is_generic_in_four_languages(text: str) -> None:
    assert advice(text)[0] is Advice.GENERIC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Viral vectors", [Advice.TOO_SHORT, Advice.SAY_FOR_WHAT, Advice.SAY_WHEN_OR_HOW_MUCH]),
        ("Viral vector manufacturing capacity", [Advice.SAY_FOR_WHAT, Advice.SAY_WHEN_OR_HOW_MUCH]),
        ("A partner for clinical trials", [Advice.SAY_WHEN_OR_HOW_MUCH]),
        ("Un centre pour des essais cliniques", [Advice.SAY_WHEN_OR_HOW_MUCH]),
        ("Series A of 8 million euros", []),
        ("Distribution of the kit in Wallonia", []),
        ("GMP manufacturing of viral vectors", []),
        ("validation of a blood test for early sepsis in several hospitals", []),
        ("", []),
        ("…", []),
    ],
)
def test_a_text_is_told_what_it_leaves_open(text: str, expected: list[Advice]) -> None:
    assert list(advice(text)) == expected


def test_a_capital_makes_a_name_within_a_sentence_but_not_in_german_nor_where_all_are_capitals() -> None:
    german = "Partner für klinische Studien"
    assert advice(german, language="de") == (Advice.SAY_WHEN_OR_HOW_MUCH,)
    assert advice("Partner for trials in Leuven") == ()
    assert advice("Sterile vials. Partners for trials") == (Advice.SAY_WHEN_OR_HOW_MUCH,), "a sentence begins"
    assert Advice.SAY_WHEN_OR_HOW_MUCH in advice("PARTNERS FOR CLINICAL TRIALS")


def test_a_text_that_is_both_offered_and_needed_is_told_whatever_its_case_and_accents() -> None:
    text = "Validation clinique de tests sanguins dans 3 hôpitaux"
    assert advice(text, ["validation clinique de tests sanguins dans 3 hopitaux."]) == (Advice.SAME_AS_OTHER,)
    assert advice(text, ["Validation clinique"]) == ()


def test_the_words_are_folded_as_what_they_are_compared_with() -> None:
    assert all(fold(word) == word for word in GENERIC | PURPOSE)


def test_hardly_a_text_of_the_sample_event_is_generic() -> None:
    texts = [each.text for person in biowin_day().people for each in (*person.needs, *person.offers)]
    generic = [text for text in texts if Advice.GENERIC in advice(text)]
    assert len(generic) <= len(texts) / 100, generic


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_any_text_has_advice_each_once_and_the_most_pressing_first(text: str, others: list[str]) -> None:
    found = advice(text, others)
    assert list(found) == [each for each in Advice if each in found]


@given(TEXTS, st.integers(0, 10**9))
def test_a_number_is_specific(text: str, number: int) -> None:
    found = advice(f"{text} {number}")
    assert not {Advice.GENERIC, Advice.SAY_FOR_WHAT, Advice.SAY_WHEN_OR_HOW_MUCH}.intersection(found)


@given(WORDS)
def test_more_words_never_ask_for_more(words: list[str]) -> None:
    shorter, longer = set(advice(" ".join(words))), set(advice(" ".join([*words, "vectors"])))
    assert longer <= shorter
    if len(words) >= FEWEST:
        assert Advice.TOO_SHORT not in shorter
    if len(words) >= ENOUGH:
        assert not shorter
