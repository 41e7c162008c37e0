"""Claims about what a search looks for, and about what it finds by meaning with the bundled model."""

import numpy as np
import pytest

from matchmaker.event import Profile, TextRole
from matchmaker.matching.comparison import Comparison
from matchmaker.matching.embedding import default_embedder
from matchmaker.matching.search import Filter, SearchIndex
from matchmaker.matching.search_terms import MAX_WORDS, joined_spellings, terms_of, weight_of
from matchmaker.sample import biowin_day

RIZIV = "Terugbetalingsdossiers voor het RIZIV: gezondheidseconomische modellen, budgetimpact, prijsstrategie."


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("CAR-T manufacturing", ["car t", "manufacturing"]),
        ("CAR T cells", ["car t", "cells"]),
        ("Point-of-Care", ["point of care"]),
        ("remboursement de l'INAMI", ["remboursement", "inami"]),
        ("het remgeld van een dossier", ["remgeld", "dossier"]),
        ("ein Partner für die Herstellung", ["partner", "herstellung"]),
        ("WHO guidelines", ["who", "guidelines"]),
        ("who makes sterile vials", ["makes", "sterile", "vials"]),
        ("Alzheimer’s disease", ["alzheimer", "disease"]),
        ("série A en 2027", ["serie a", "2027"]),
        ("D'Hondt", ["hondt"]),
        ("O'Brien", ["o brien"]),
        ("the", ["the"]),
        ("Gert Ma", ["gert", "ma"]),
        ("cell cell", ["cell"]),
        ("-- !", []),
    ],
)
def test_terms_are_whole_words_without_grammar(search: str, words: list[str]) -> None:
    assert [" ".join(term.tokens) for term in terms_of(search)] == words


def test_no_more_than_the_first_words_count() -> None:
    assert len(terms_of(" ".join(f"word{i}" for i in range(50)))) == MAX_WORDS


def test_a_word_may_be_unfinished_only_while_it_is_typed_and_long_enough() -> None:
    assert terms_of("cart")[0].begun == [" cart"]
    assert terms_of("start-u")[0].begun == [" start u", " startu"]
    for search in ("car", "cart ", "cart b", "CAR-T"):
        assert terms_of(search)[0].begun == []


def test_hyphenated_words_are_also_written_as_one_unless_they_are_short() -> None:
    assert joined_spellings("Start-ups with CAR-T, point\u2011of\u2011care") == ["startups", "pointofcare"]
    assert terms_of("start-up ")[0].whole == [" start up ", " startup "]
    assert terms_of("CAR-T ")[0].whole == [" car t "]


def test_rare_words_weigh_more_and_a_compound_as_its_words() -> None:
    word, compound = terms_of("manufacturing CAR-T")
    assert weight_of(word, 1, 400) > weight_of(word, 40, 400) > weight_of(word, 400, 400) > 0
    assert weight_of(compound, 5, 400) == 2 * weight_of(word, 5, 400)
    assert weight_of(word, 0, 400) == weight_of(word, 1, 400) / 2, "what nobody has"


@pytest.fixture(scope="module")
def people() -> tuple[Profile, ...]:
    """A fifth of the sample event, with the one person who knows about reimbursement."""
    everybody = biowin_day().people
    return tuple(
        person for i, person in enumerate(everybody) if i % 5 == 0 or RIZIV in {offer.text for offer in person.offers}
    )


@pytest.fixture(scope="module")
def index(people: tuple[Profile, ...]) -> SearchIndex:
    return SearchIndex(people, Comparison(people, default_embedder()))


@pytest.mark.parametrize("search", ["remboursement INAMI", "terugbetaling RIZIV", "health economist"])
def test_reimbursement_is_among_the_first_in_every_language(index: SearchIndex, search: str) -> None:
    hits = index.by_meaning(search, index.passing(Filter()), limit=3, threshold=0.25)
    assert (RIZIV, TextRole.OFFER) in {(hit.text, hit.role) for hit in hits}


@pytest.mark.parametrize("search", ["football club", "pizza delivery", "wedding photographer", "guitar lessons"])
def test_what_nobody_offers_or_needs_finds_nobody(index: SearchIndex, search: str) -> None:
    assert index.by_meaning(search, index.passing(Filter()), limit=50, threshold=0.25) == []


def test_only_those_who_pass_the_filter_are_found(index: SearchIndex, people: tuple[Profile, ...]) -> None:
    everybody = index.by_meaning("clinical study", index.passing(Filter()), limit=len(people))
    belgian = index.by_meaning("clinical study", index.passing(Filter(countries=frozenset({"BE"}))), limit=len(people))
    country = {person.email: person.country for person in people}
    assert belgian == [hit for hit in everybody if country[hit.email] == "BE"] != everybody
    assert not np.any(index.passing(Filter(organisation="nowhere")))


def test_a_name_is_told_from_a_topic(index: SearchIndex, people: tuple[Profile, ...]) -> None:
    person = people[0]
    assert index.names_somebody(f"{person.first_name} {person.last_name[:2]}")
    assert index.names_somebody(person.last_name.upper())
    assert not index.names_somebody("cell therapy")
