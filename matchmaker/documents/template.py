"""A workbook to fill in: a small example event and a sheet of notes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from matchmaker.agenda import slots_between
from matchmaker.documents.event_workbook import workbook_of
from matchmaker.event import Event, EventPlace, PlaceKind, Preference, Profile, Request, RequestStatus
from matchmaker.intake.layout import EXAMPLE_DOMAIN, SHEETS

EMAILS = tuple(f"{name}@{EXAMPLE_DOMAIN}" for name in ("anna", "bram", "chloe", "dora"))


def template(language: str = "en") -> bytes:
    """An .xlsx workbook in `language` that `read_workbook` accepts: an example to overwrite, with notes."""
    notes = NOTES.get(language, NOTES["en"])
    lines = [(sheet.name(language), notes[sheet.field]) for sheet in SHEETS]
    return workbook_of(example(), language, notes=(notes["title"], [("", notes["general"]), *lines]))


def example() -> Event:
    """Four people, three requests, one morning."""
    zone = ZoneInfo("Europe/Brussels")
    starts = datetime(2027, 10, 14, 9, 0, tzinfo=zone)
    anna, bram, chloe, dora = EMAILS
    return Event(
        name="Partnering day",
        time_zone=zone.key,
        themes={
            "diagnostics": {"en": "Diagnostics", "fr": "Diagnostic", "nl": "Diagnostiek"},
            "devices": {"en": "Medical devices", "fr": "Dispositifs médicaux", "nl": "Medische hulpmiddelen"},
        },
        slots=slots_between("Morning", starts, starts + timedelta(hours=2), 20),
        places=(
            EventPlace(name="Table 1"),
            EventPlace(name="Table 2"),
            EventPlace(name="Stand A", kind=PlaceKind.STAND, capacity=2, organisation="Chloé Instruments"),
            EventPlace(name="Room online", kind=PlaceKind.VIRTUAL, capacity=10),
        ),
        people=(
            Profile(
                email=anna,
                first_name="Anna",
                last_name="Peeters",
                organisation="Peeters Diagnostics",
                country="BE",
                language="nl",
                type="start-up",
                job_title="CEO",
                themes=("diagnostics",),
                offers=("Een sneltest voor sepsis op één druppel bloed",),
                needs=("Een partner voor klinische studies in Frankrijk",),
                minimum=1,
                maximum=8,
            ),
            Profile(
                email=bram,
                first_name="Bram",
                last_name="Visser",
                organisation="Visser Ventures",
                country="NL",
                type="investor",
                themes=("diagnostics", "devices"),
                offers=("Series A funding for in vitro diagnostics",),
                available=frozenset({0, 1, 2}),
            ),
            Profile(
                email=chloe,
                first_name="Chloé",
                last_name="Martin",
                organisation="Chloé Instruments",
                country="FR",
                language="fr",
                type="exhibitor",
                job_title="Directrice commerciale",
                themes=("devices",),
                offers=("Études cliniques multicentriques en France",),
                place="Stand A",
            ),
            Profile(
                email=dora,
                first_name="Dora",
                last_name="Keller",
                organisation="Keller Hospital",
                country="DE",
                type="buyer",
                needs=("A rapid sepsis test for emergency departments",),
                remote=True,
            ),
        ),
        requests=(
            Request(sender=anna, recipient=bram, status=RequestStatus.ACCEPTED, preference=Preference.MUST),
            Request(sender=anna, recipient=chloe, status=RequestStatus.ACCEPTED, message="Bonjour Chloé !"),
            Request(sender=dora, recipient=anna, status=RequestStatus.ACCEPTED),
            Request(sender=bram, recipient=chloe),
        ),
    )


NOTES: dict[str, dict[str, str]] = {
    "en": {
        "title": "Notes",
        "general": (
            "Replace the example by your own rows. Order of sheets and columns is free; columns in bold are required. "
            "Sheets of any other name are ignored. People are known by their e-mail address."
        ),
        "event": (
            "One row. The time zone is an IANA name such as Europe/Brussels; all times are local in it. "
            "Languages by their code, separated by commas. The colour (#rrggbb) marks printed agendas."
        ),
        "participants": (
            "One row for each person. Country and language by code or name. Themes by code or label, separated by "
            "semicolons. Stand: where an exhibitor receives; all their meetings are held there. Remote: they meet in "
            "virtual rooms only. Minimum: the number of meetings promised; maximum: the most they accept."
        ),
        "offers_and_needs": "One row for each offer or need, in whatever language the person writes.",
        "availability": (
            "Optional. One row for each period in which somebody is available; who is not listed is always available. "
            "A row without times: not available at all."
        ),
        "requests": (
            "One row for each request, with the e-mail addresses of both. Accepted requests become meetings, and so do "
            "two people's pending requests to each other. Status: pending when empty. Preference: must, like (when "
            "empty) or never; never keeps the two apart."
        ),
        "slots": (
            "One row for each slot, or one for each session with the length of its slots in minutes. Start and end "
            "with date and time. Slots may not overlap."
        ),
        "places": (
            "Tables, stands and virtual rooms (table when empty). Capacity: meetings held at once (1 when empty). A "
            "stand serves only the people who receive there, a virtual room only meetings with somebody remote."
        ),
        "themes": "Optional. A short code and its label in each language.",
    },
    "fr": {
        "title": "Notes",
        "general": (
            "Remplacez l’exemple par vos propres lignes. L’ordre des feuilles et des colonnes est libre ; les colonnes "
            "en gras sont obligatoires. Les feuilles d’un autre nom sont ignorées. Les personnes sont reconnues à leur "
            "adresse e-mail."
        ),
        "event": (
            "Une ligne. Le fuseau horaire est un nom IANA comme Europe/Brussels ; toutes les heures du classeur y sont "
            "locales. Les langues par leur code, séparées par des virgules. La couleur (#rrggbb) marque les agendas "
            "imprimés."
        ),
        "participants": (
            "Une ligne par personne. Pays et langue par leur code ou leur nom. Thèmes par code ou libellé, séparés par "
            "des points-virgules. Stand : là où un exposant reçoit ; tous ses rendez-vous y ont lieu. À distance : "
            "rendez-vous en salle virtuelle seulement. Minimum : le nombre de rendez-vous promis ; maximum : le plus "
            "grand nombre accepté."
        ),
        "offers_and_needs": "Une ligne par offre ou besoin, dans la langue de la personne.",
        "availability": (
            "Facultatif. Une ligne par période où quelqu’un est disponible ; qui n’y figure pas l’est toujours. Une "
            "ligne sans heures : pas disponible du tout."
        ),
        "requests": (
            "Une ligne par demande, avec l’adresse e-mail des deux. Les demandes acceptées deviennent des rendez-vous, "
            "de même que deux demandes réciproques en attente. Statut : en attente si vide. Préférence : "
            "indispensable, souhaité (si vide) ou jamais ; jamais sépare les deux personnes."
        ),
        "slots": (
            "Une ligne par créneau, ou une par session avec la durée des créneaux en minutes. Début et fin avec date "
            "et heure. Les créneaux ne peuvent pas se chevaucher."
        ),
        "places": (
            "Tables, stands et salles virtuelles (table si vide). Capacité : rendez-vous simultanés (1 si vide). Un "
            "stand ne sert qu’aux personnes qui y reçoivent, une salle virtuelle qu’aux rendez-vous avec quelqu’un à "
            "distance."
        ),
        "themes": "Facultatif. Un code court et son libellé dans chaque langue.",
    },
    "nl": {
        "title": "Toelichting",
        "general": (
            "Vervang het voorbeeld door uw eigen rijen. De volgorde van bladen en kolommen is vrij; vette kolommen "
            "zijn verplicht. Bladen met een andere naam worden genegeerd. Personen worden herkend aan hun e-mailadres."
        ),
        "event": (
            "Eén rij. De tijdzone is een IANA-naam zoals Europe/Brussels; alle uren in de werkmap zijn daar lokaal. "
            "Talen met hun code, gescheiden door komma’s. De kleur (#rrggbb) komt op de gedrukte agenda’s."
        ),
        "participants": (
            "Eén rij per persoon. Land en taal met code of naam. Thema’s met code of label, gescheiden door "
            "puntkomma’s. Stand: waar een exposant ontvangt; al zijn afspraken vinden daar plaats. Op afstand: enkel "
            "afspraken in virtuele ruimten. Minimum: het beloofde aantal afspraken; maximum: het hoogste aantal."
        ),
        "offers_and_needs": "Eén rij per aanbod of vraag, in de taal waarin de persoon schrijft.",
        "availability": (
            "Optioneel. Eén rij per periode waarin iemand beschikbaar is; wie er niet in staat, is altijd beschikbaar. "
            "Een rij zonder uren: helemaal niet beschikbaar."
        ),
        "requests": (
            "Eén rij per verzoek, met het e-mailadres van beiden. Aanvaarde verzoeken worden afspraken, net als twee "
            "wederzijdse verzoeken in afwachting. Status: in afwachting indien leeg. Voorkeur: onmisbaar, gewenst "
            "(indien leeg) of nooit; nooit houdt beide personen uit elkaar."
        ),
        "slots": (
            "Eén rij per tijdslot, of één per sessie met de duur van haar tijdsloten in minuten. Begin en einde met "
            "datum en uur. Tijdsloten mogen niet overlappen."
        ),
        "places": (
            "Tafels, stands en virtuele ruimten (tafel indien leeg). Capaciteit: afspraken tegelijk (1 indien leeg). "
            "Een stand dient enkel voor wie er ontvangt, een virtuele ruimte alleen voor wie op afstand is."
        ),
        "themes": "Optioneel. Een korte code en het label in elke taal.",
    },
}
