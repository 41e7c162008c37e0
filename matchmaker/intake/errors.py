"""What is wrong with a workbook, said in the reader's language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeError:
    """One cell, row or sheet that is not as it should be.

    `sheet` and `column` are named as in the file; `row` counts from 1, the header being row 1 (None: the whole
    sheet); `value` is what stands there; `expected` says what should.
    """

    sheet: str
    row: int | None = None
    column: str = ""
    value: str = ""
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeNotice:
    """Something of a workbook that is not taken in; `text` says what, in the reader's language."""

    sheet: str
    column: str = ""
    text: str


class IntakeErrors(Exception):  # noqa: N818 - the plural says that these are all of them
    """What is wrong with a workbook, in order of sheet and row; nothing of it was taken in.

    `total` counts all errors, of which `errors` holds the first.
    """

    def __init__(self, errors: tuple[IntakeError, ...], total: int | None = None) -> None:
        self.errors, self.total = errors, len(errors) if total is None else total
        super().__init__(f"{self.total} errors in the workbook")

    def __reduce__(self) -> tuple[object, ...]:
        return IntakeErrors, (self.errors, self.total)


class UnexpectedError(ValueError):
    """A cell that cannot be read; `code` and `details` say what was expected (see `expectation`).

    Errors of one `cause` are reported once, at the first of their cells.
    """

    def __init__(self, code: str, /, *, cause: str | None = None, **details: object) -> None:
        super().__init__(code)
        self.code, self.cause, self.details = code, cause, details


def expectation(code: str, language: str, /, **details: object) -> str:
    """The sentence of `code` in English, French or Dutch (English for any other language)."""
    of_code = _EXPECTED[code]
    return of_code.get(language, of_code["en"]).format(**details)


_EXPECTED: dict[str, dict[str, str]] = {
    "workbook": {
        "en": "an .xlsx workbook, a .csv file of participants or a .zip of .csv files",
        "fr": "un classeur .xlsx, un fichier .csv de participants ou un .zip de fichiers .csv",
        "nl": "een .xlsx-werkmap, een .csv-bestand met deelnemers of een .zip met .csv-bestanden",
    },
    "size": {
        "en": "a file of at most {megabytes} MB once unpacked",
        "fr": "un fichier de {megabytes} Mo au plus une fois décompressé",
        "nl": "een bestand van hoogstens {megabytes} MB na het uitpakken",
    },
    "password": {
        "en": "a workbook without a password",
        "fr": "un classeur sans mot de passe",
        "nl": "een werkmap zonder wachtwoord",
    },
    "utf-8": {
        "en": "UTF-8 text (in Excel: save as “CSV UTF-8”)",
        "fr": "du texte UTF-8 (dans Excel : enregistrer en « CSV UTF-8 »)",
        "nl": "UTF-8-tekst (in Excel: opslaan als ‘CSV UTF-8’)",
    },
    "csv": {
        "en": "a readable CSV file: {reason}",
        "fr": "un fichier CSV lisible : {reason}",
        "nl": "een leesbaar CSV-bestand: {reason}",
    },
    "sheet": {
        "en": "this sheet, with the columns {columns}",
        "fr": "cette feuille, avec les colonnes {columns}",
        "nl": "dit blad, met de kolommen {columns}",
    },
    "sheet_name": {
        "en": "a sheet named “{suggestion}”?",
        "fr": "une feuille nommée « {suggestion} » ?",
        "nl": "een blad met de naam ‘{suggestion}’?",
    },
    "sheet_twice": {
        "en": "this sheet only once",
        "fr": "cette feuille une seule fois",
        "nl": "dit blad slechts één keer",
    },
    "column": {
        "en": "this column",
        "fr": "cette colonne",
        "nl": "deze kolom",
    },
    "column_twice": {
        "en": "each column only once; this is “{suggestion}” again",
        "fr": "chaque colonne une seule fois ; c'est de nouveau « {suggestion} »",
        "nl": "elke kolom slechts één keer; dit is opnieuw ‘{suggestion}’",
    },
    "filled": {
        "en": "a value: this column is required",
        "fr": "une valeur : cette colonne est obligatoire",
        "nl": "een waarde: deze kolom is verplicht",
    },
    "one_row": {
        "en": "exactly one row, for one event",
        "fr": "exactement une ligne, pour un événement",
        "nl": "precies één rij, voor één evenement",
    },
    "email": {
        "en": "an e-mail address such as name@example.org",
        "fr": "une adresse e-mail comme nom@example.org",
        "nl": "een e-mailadres zoals naam@example.org",
    },
    "once": {
        "en": "each only once; the same stands in row {row}",
        "fr": "chacun une seule fois ; le même figure à la ligne {row}",
        "nl": "elk slechts één keer; hetzelfde staat in rij {row}",
    },
    "request_once": {
        "en": "each request only once; the same stands in row {row}",
        "fr": "chaque demande une seule fois ; la même figure à la ligne {row}",
        "nl": "elk verzoek slechts één keer; hetzelfde staat in rij {row}",
    },
    "person": {
        "en": "the e-mail address of a participant",
        "fr": "l'adresse e-mail d'un participant",
        "nl": "het e-mailadres van een deelnemer",
    },
    "person_suggested": {
        "en": "the e-mail address of a participant; perhaps {suggestion}?",
        "fr": "l'adresse e-mail d'un participant ; peut-être {suggestion} ?",
        "nl": "het e-mailadres van een deelnemer; misschien {suggestion}?",
    },
    "somebody_else": {
        "en": "somebody else than the sender",
        "fr": "quelqu'un d'autre que le demandeur",
        "nl": "iemand anders dan de aanvrager",
    },
    "choice": {
        "en": "one of: {choices}",
        "fr": "une de ces valeurs : {choices}",
        "nl": "een van deze waarden: {choices}",
    },
    "country": {
        "en": "a country: its name or its two-letter code (ISO 3166), such as BE",
        "fr": "un pays : son nom ou son code à deux lettres (ISO 3166), comme BE",
        "nl": "een land: de naam of de tweeletterige code (ISO 3166), zoals BE",
    },
    "language": {
        "en": "a language: its name or its two-letter code (ISO 639), such as en",
        "fr": "une langue : son nom ou son code à deux lettres (ISO 639), comme fr",
        "nl": "een taal: de naam of de tweeletterige code (ISO 639), zoals nl",
    },
    "theme": {
        "en": "a theme of the sheet “{sheet}”: {themes}",
        "fr": "un thème de la feuille « {sheet} » : {themes}",
        "nl": "een thema van het blad ‘{sheet}’: {themes}",
    },
    "theme_code": {
        "en": "a short code of letters, digits, hyphens and underscores",
        "fr": "un code court de lettres, chiffres, traits d'union et tirets bas",
        "nl": "een korte code van letters, cijfers, koppeltekens en lage streepjes",
    },
    "stand": {
        "en": "the name of a stand of the sheet “{sheet}”",
        "fr": "le nom d'un stand de la feuille « {sheet} »",
        "nl": "de naam van een stand van het blad ‘{sheet}’",
    },
    "time_zone": {
        "en": "a time zone of the IANA database, such as Europe/Brussels",
        "fr": "un fuseau horaire de la base IANA, comme Europe/Brussels",
        "nl": "een tijdzone uit de IANA-databank, zoals Europe/Brussels",
    },
    "colour": {
        "en": "a colour such as #0f766e",
        "fr": "une couleur comme #0f766e",
        "nl": "een kleur zoals #0f766e",
    },
    "time": {
        "en": "a date and time, such as 2026-10-15 09:20 or 15/10/2026 09:20",
        "fr": "une date et une heure, comme 2026-10-15 09:20 ou 15/10/2026 09:20",
        "nl": "een datum en een uur, zoals 2026-10-15 09:20 of 15/10/2026 09:20",
    },
    "skipped_time": {
        "en": "a time that exists in {time_zone}: the clock skips this one",
        "fr": "une heure qui existe dans {time_zone} : l'horloge saute celle-ci",
        "nl": "een uur dat bestaat in {time_zone}: de klok slaat dit over",
    },
    "after_start": {
        "en": "a time after the start, {start}",
        "fr": "une heure après le début, {start}",
        "nl": "een uur na het begin, {start}",
    },
    "no_overlap": {
        "en": "a start at or after {end}, when the slot of row {row} ends",
        "fr": "un début à {end} ou après, quand finit le créneau de la ligne {row}",
        "nl": "een begin om {end} of later, wanneer het tijdslot van rij {row} eindigt",
    },
    "one_slot": {
        "en": "at most the {minutes} minutes between start and end",
        "fr": "au plus les {minutes} minutes entre le début et la fin",
        "nl": "hoogstens de {minutes} minuten tussen begin en einde",
    },
    "holds_a_slot": {
        "en": "times that hold at least one slot of the event",
        "fr": "des heures qui contiennent au moins un créneau de l'événement",
        "nl": "tijden die minstens één tijdslot van het evenement bevatten",
    },
    "both_times": {
        "en": "both times, or neither (for somebody who is not available at all)",
        "fr": "les deux heures, ou aucune (pour quelqu'un qui n'est pas du tout disponible)",
        "nl": "beide tijden, of geen van beide (voor iemand die helemaal niet beschikbaar is)",
    },
    "at_least_minimum": {
        "en": "at least the minimum, {minimum}",
        "fr": "au moins le minimum, {minimum}",
        "nl": "minstens het minimum, {minimum}",
    },
}

_EXPECTED |= {
    "stray_cell": {
        "en": "nothing beyond row {rows} or column {columns}, and no cell this far from the table: delete its content",
        "fr": "rien au-delà de la ligne {rows} ou de la colonne {columns}, et aucune cellule si loin du tableau : "
        "effacez son contenu",
        "nl": "niets voorbij rij {rows} of kolom {columns}, en geen cel zo ver van de tabel: wis de inhoud ervan",
    },
    "entries": {
        "en": "an archive of at most {most} files",
        "fr": "une archive de {most} fichiers au plus",
        "nl": "een archief van hoogstens {most} bestanden",
    },
    "resources": {
        "en": "a file that can be read with the time and memory that a file is given: remove what is not the event's",
        "fr": "un fichier lisible avec le temps et la mémoire accordés à un fichier : retirez ce qui n'est pas de "
        "l'événement",
        "nl": "een bestand dat leesbaar is met de tijd en het geheugen die een bestand krijgt: verwijder wat niet bij "
        "het evenement hoort",
    },
    "too_long": {
        "en": "at most {length} characters; there are {characters}",
        "fr": "au plus {length} caractères ; il y en a {characters}",
        "nl": "hoogstens {length} tekens; het zijn er {characters}",
    },
    "character": {
        "en": "a text without the invisible character {character}",
        "fr": "un texte sans le caractère invisible {character}",
        "nl": "een tekst zonder het onzichtbare teken {character}",
    },
    "invisible": {
        "en": "a text that can be seen: these characters are invisible",
        "fr": "un texte visible : ces caractères sont invisibles",
        "nl": "een zichtbare tekst: deze tekens zijn onzichtbaar",
    },
    "number_between": {
        "en": "a whole number from {least} to {most}",
        "fr": "un nombre entier de {least} à {most}",
        "nl": "een geheel getal van {least} tot {most}",
    },
    "too_many_slots": {
        "en": "at most {most} slots in an event; check start, end and minutes",
        "fr": "au plus {most} créneaux dans un événement ; vérifiez le début, la fin et les minutes",
        "nl": "hoogstens {most} tijdsloten in een evenement; controleer begin, einde en minuten",
    },
    "too_many_statements": {
        "en": "at most {most} offers and {most} needs of one person",
        "fr": "au plus {most} offres et {most} besoins par personne",
        "nl": "hoogstens {most} keer aanbod en {most} keer vraag per persoon",
    },
    "too_many_themes": {
        "en": "at most {most} themes",
        "fr": "au plus {most} thèmes",
        "nl": "hoogstens {most} thema's",
    },
    "repeated": {
        "en": "{expected} ({n} more cells have the same cause)",
        "fr": "{expected} (même cause dans {n} autres cellules)",
        "nl": "{expected} (zelfde oorzaak in nog {n} cellen)",
    },
    "more_errors": {
        "en": "{n} more errors are not listed",
        "fr": "{n} autres erreurs ne sont pas affichées",
        "nl": "nog {n} fouten worden niet getoond",
    },
    "ignored_sheet": {
        "en": "this sheet is not one of the event's, and is ignored",
        "fr": "cette feuille n'est pas une de celles de l'événement ; elle est ignorée",
        "nl": "dit blad hoort niet bij het evenement en wordt genegeerd",
    },
    "ignored_column": {
        "en": "this column is not known, and is ignored",
        "fr": "cette colonne n'est pas connue ; elle est ignorée",
        "nl": "deze kolom is niet bekend en wordt genegeerd",
    },
    "ignored_column_suggested": {
        "en": "this column is not known, and is ignored; is it “{suggestion}”?",
        "fr": "cette colonne n'est pas connue ; elle est ignorée. Est-ce « {suggestion} » ?",
        "nl": "deze kolom is niet bekend en wordt genegeerd; is het ‘{suggestion}’?",
    },
    "ignored_headless": {
        "en": "values without a column name are ignored, the first in row {row}",
        "fr": "les valeurs sans nom de colonne sont ignorées, la première à la ligne {row}",
        "nl": "waarden zonder kolomnaam worden genegeerd, de eerste in rij {row}",
    },
    "ignored_examples": {
        "en": "{n} example rows of the template are left out",
        "fr": "{n} lignes d'exemple du modèle sont laissées de côté",
        "nl": "{n} voorbeeldrijen van het sjabloon worden weggelaten",
    },
}
