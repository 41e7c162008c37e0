"""The sheet of offers and needs: whom each is for, and what kind of cooperation it is about."""

from collections.abc import Sequence

import pytest

from matchmaker.documents.event_workbook import workbook_of
from matchmaker.documents.template import EMAILS, example, template
from matchmaker.event import Statement, StatementKind
from matchmaker.intake import read_file, read_workbook
from matchmaker.intake.layout import CHOICES
from matchmaker.locale import LANGUAGES, Message
from matchmaker.text import fold
from tests.matchmaker.events import event, person, sheets, statements, workbook
from tests.matchmaker.intake.workbooks import Rows, people, read, reading, the_error

HEAD = ["email", "kind", "text", "for whom", "kind of cooperation"]
ANN = "ann@example.org"
TYPES = people(
    [ANN, "Ann", "Peeters", "Ann NV", "BE", "Start-up"],
    ["bob@example.org", "Bob", "Dubois", "Bob SA", "FR", "CRO, CDMO"],
    ["cleo@example.org", "Cleo", "Maes", "Cleo SA", "FR", "investor"],
    extra=["type"],
)


def needs(*cells: Sequence[object]) -> Rows:
    """A sheet in which Ann needs a test: for whom, and of which kind of cooperation."""
    return [HEAD, *([ANN, "need", f"Test {i}", *each] for i, each in enumerate(cells))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_goes_by_its_word_in_each_language(language: str) -> None:
    words = [CHOICES[StatementKind][kind].name(language) for kind in StatementKind]
    known = read(offers_and_needs=needs(*(["", word.upper()] for word in words)))
    assert [need.kind for need in known.people[0].needs] == list(StatementKind)


def test_no_two_values_of_a_choice_share_a_name() -> None:
    for words in CHOICES.values():
        names = [{fold(name) for name in word.names()} for word in words.values()]
        assert sum(map(len, names)) == len(set().union(*names))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_columns_are_found_by_their_names_in_each_language(language: str) -> None:
    columns = [Message("column", name).text(language) for name in ("for whom", "kind of cooperation")]
    sheet = [[*HEAD[:3], *columns], [ANN, "offer", "A test", "investor", "data"]]
    offer = Statement(text="A test", audience=frozenset({"investor"}), kind=StatementKind.DATA)
    assert read(participants=TYPES, offers_and_needs=sheet).people[0].offers == (offer,)


@pytest.mark.parametrize(
    ("written", "audience"),
    [
        ("", set()),
        ("Investor", {"investor"}),
        ("investor; start up", {"investor", "Start-up"}),
        ("investor, start-up,", {"investor", "Start-up"}),
        ("investor\nStart-up", {"investor", "Start-up"}),
        ("CRO, CDMO", {"CRO, CDMO"}),
        ("investor; CRO, CDMO", {"investor", "CRO, CDMO"}),
    ],
)
def test_types_are_listed_with_semicolons_commas_or_lines(written: str, audience: set[str]) -> None:
    own = reading(participants=TYPES, offers_and_needs=needs([written, ""]))
    assert own.event.people[0].needs[0].audience == audience
    assert own.notices == ()


def test_a_workbook_without_the_columns_says_nothing_of_them() -> None:
    assert read(participants=TYPES).people[0].offers == statements("A rapid test")


def test_an_unknown_kind_is_an_error_that_names_its_line_and_what_was_expected() -> None:
    error = the_error(offers_and_needs=needs(["", "funding"], ["", "friendship"]))
    assert (error.sheet, error.row, error.column) == ("offers and needs", 3, "kind of cooperation")
    assert error.value == "friendship"
    assert error.expected.startswith("one of: funding, licence, manufacturing, ")


def test_a_type_that_nobody_has_is_ignored_with_one_notice_that_names_its_first_line() -> None:
    own = reading(participants=TYPES, offers_and_needs=needs(["investor", ""], ["buyer; investor", ""], ["buyer", ""]))
    assert [need.audience for need in own.event.people[0].needs] == [{"investor"}, {"investor"}, set()]
    (notice,) = own.notices
    assert (notice.sheet, notice.column) == ("offers and needs", "for whom")
    assert "“buyer”" in notice.text
    assert "row 3" in notice.text


def test_an_offer_may_be_for_a_type_that_the_event_has_and_the_file_has_not() -> None:
    data = workbook(sheets(offers_and_needs=needs(["Buyer", ""])))
    own = read_file(data, "event.xlsx", types=["buyer"])
    assert own.event.people[0].needs[0].audience == {"buyer"}
    assert own.notices == ()


def test_more_types_than_a_list_may_have_are_an_error() -> None:
    error = the_error(offers_and_needs=needs(["; ".join(map(str, range(51))), ""]))
    assert (error.row, error.column) == (2, "for whom")
    assert "at most 50" in error.expected


def test_types_that_hold_separators_come_back_as_they_were() -> None:
    types = ("a; b", "a", "b", "c, d", "c")
    offers = tuple(
        Statement(text=f"{i}", audience=frozenset(audience))
        for i, audience in enumerate((types, types[:1], types[1:4:2]))
    )
    folk = [person(f"p{i}", type=name, offers=offers) for i, name in enumerate(types)]
    assert read_workbook(workbook_of(event(*folk)), "event.xlsx") == event(*folk)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_shows_whom_a_text_is_for_and_its_kind(language: str) -> None:
    known = read_workbook(template(language), "template.xlsx", language)
    assert known.people == example().people
    anna = next(p for p in known.people if p.email == EMAILS[0])
    assert anna.needs[0].audience == {"buyer", "exhibitor"}
    assert anna.needs[0].kind is StatementKind.CLINICAL_SITE


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_to_choose_from_fit_into_a_list_of_a_workbook(language: str) -> None:
    for words in CHOICES.values():
        assert len(",".join(word.name(language) for word in words.values())) <= 255
