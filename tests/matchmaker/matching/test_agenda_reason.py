"""Why two people meet, as their agendas say it."""

from matchmaker.matching.agenda_reason import why

LABELS = {"rna": {"en": "RNA", "fr": "ARN", "nl": "RNA"}}
FITS = {"en": "Your need is met.", "fr": "Votre besoin trouve réponse.", "nl": "Uw vraag vindt een antwoord."}


def test_what_fits_comes_before_what_was_written_and_that_before_a_theme_in_common() -> None:
    assert why(FITS, "Ann", "Let us talk.", ["rna"], LABELS) == FITS
    assert why(None, "Ann", "Let us talk.", ["rna"], LABELS) == {
        "en": "Ann: “Let us talk.”",
        "fr": "Ann\u00a0: «\u00a0Let us talk.\u00a0»",
        "nl": "Ann: “Let us talk.”",
        "de": "Ann: „Let us talk.“",
    }
    assert why(None, "Ann", " ", ["rna"], LABELS)["fr"] == "Vous avez en commun\u00a0: ARN."
    assert why(None, "Ann", "", [], LABELS) == {}


def test_a_long_message_is_cut_between_words() -> None:
    said = why(None, "Ann", "word " * 100, [], LABELS)["en"]
    assert said.endswith("word …”")
    assert len(said) < 220
