import pytest

from matchmaker.matching.capital import NOTHING, Stage, capital_of

SEED, SERIES_A, GROWTH = Stage.SEED, Stage.SERIES_A, Stage.GROWTH


@pytest.mark.parametrize(
    ("text", "stages", "amounts"),
    [
        ("We invest 0.5 to 5 million euro in series A life science companies", {SERIES_A}, {1, 2, 3}),
        ("Patient money, 200 k to 2 M€ per company", set(), {0, 1, 2}),
        ("First cheques of 100 thousand euro from people who built companies", {SEED}, {0}),
        ("Growth investor for companies with first sales: 5 to 20 M€", {GROWTH}, {3, 4}),
        ("Fonds en sciences du vivant, tickets de 300 000 à 5 millions d'euros, amorçage", {SEED}, {1, 2, 3}),
        ("Levée de 1,5 millions d'euros en cours, nous cherchons un chef de file", set(), {2}),
        ("Nous finançons la croissance, 5 à 15 millions", {GROWTH}, {3, 4}),
        ("Wij investeren 300 000 tot 3 miljoen euro in jonge bedrijven", set(), {1, 2}),
        ("Eerste tickets van 250.000 euro", {SEED}, {0}),
        ("Erstinvestments ab 400.000 Euro", {SEED}, {1}),
        ("Finanzierungsrunde: 2,5 Millionen, Datenraum bereit", set(), {2}),
        ("Bridge of 400 k€ needed until our grant arrives", set(), {1}),
    ],
)
def test_stage_and_amount_are_read_in_four_languages(text: str, stages: set[Stage], amounts: set[int]) -> None:
    capital = capital_of(text)
    assert (capital.stages, capital.amounts) == (stages, amounts)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [("Cleantech-Fonds mit 70 Millionen: 0,5 bis 4 Millionen in Seed", {1, 2, 3}), ("Venture fund (120 M€)", set())],
)
def test_the_size_of_a_fund_is_not_a_ticket(text: str, amounts: set[int]) -> None:
    assert capital_of(text).amounts == amounts


@pytest.mark.parametrize(
    "text",
    ["", "10 nurses trained a year, 2 sites", "Growth hormone assays, 5 million cells a vial", "Titre above 1e14"],
)
def test_a_text_that_is_not_about_capital_is_not_judged_by_it(text: str) -> None:
    assert capital_of(text) == NOTHING
