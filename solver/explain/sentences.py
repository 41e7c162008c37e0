"""Reasons, fixes and conflicts as sentences in English, French and Dutch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.explain.fixes import AddsPlace, Drops, Fix, Frees, Lifts, Moves, Opens, Raises, Step, Widens
from solver.explain.reasons import Reason

if TYPE_CHECKING:
    from solver.explain.conflict import Conflict  # needs OR-Tools, which takes seconds to import; words do not

LANGUAGES = ("en", "fr", "nl")
_Texts = Mapping[str, Mapping[str, str]]
_MOST = 3  # names before "and n more"

_REASONS: _Texts = {
    "en": {
        "impossible": "It cannot take place: nobody is there to attend it, or no session is long enough.",
        "exclusive": "Only one of these meetings may take place, and {meetings} was chosen.",
        "no_common_slot": "{people}: never available in the same slot.",
        "no_place": "No place for this meeting is open at {slots}.",
        "limit": "{people}: limit reached ({limit}).",
        "order": "Its order with {meetings} leaves no slot.",
        "pinned": "{people}: agenda taken by meetings that are fixed ({meetings}).",
        "outbid": "{people}: the possible slots went to meetings worth at least as much ({meetings}).",
        "busy": "{people}: the possible slots went to meetings that suit the whole schedule better ({meetings}).",
        "slots_full": "Free together only at {slots}, when every place is taken.",
        "nothing": "There is room for this meeting at {slots}.",
    },
    "fr": {
        "impossible": "Il ne peut pas avoir lieu : personne ne peut y assister, ou aucune session n’est assez longue.",
        "exclusive": "Un seul de ces rendez-vous peut avoir lieu, et {meetings} a été retenu.",
        "no_common_slot": "{people} : jamais disponibles au même créneau.",
        "no_place": "Aucun emplacement possible pour ce rendez-vous n’est ouvert à {slots}.",
        "limit": "{people} : limite atteinte ({limit}).",
        "order": "L’ordre imposé avec {meetings} ne laisse aucun créneau.",
        "pinned": "{people} : agenda occupé par des rendez-vous fixés ({meetings}).",
        "outbid": "{people} : les créneaux possibles sont allés à des rendez-vous au moins aussi utiles ({meetings}).",
        "busy": "{people} : les créneaux possibles sont allés à des rendez-vous qui conviennent mieux à l’ensemble "
        "du programme ({meetings}).",
        "slots_full": "Libres ensemble à {slots} seulement, quand tous les emplacements sont pris.",
        "nothing": "Il y a de la place pour ce rendez-vous à {slots}.",
    },
    "nl": {
        "impossible": "Ze kan niet doorgaan: niemand kan ze bijwonen, of geen enkele sessie is lang genoeg.",
        "exclusive": "Slechts één van deze afspraken kan doorgaan, en {meetings} werd gekozen.",
        "no_common_slot": "{people}: nooit beschikbaar in hetzelfde tijdslot.",
        "no_place": "Geen enkele plaats voor deze afspraak is open om {slots}.",
        "limit": "{people}: limiet bereikt ({limit}).",
        "order": "De verplichte volgorde met {meetings} laat geen tijdslot over.",
        "pinned": "{people}: agenda bezet door vastgelegde afspraken ({meetings}).",
        "outbid": "{people}: de mogelijke tijdsloten gingen naar afspraken die minstens even nuttig zijn ({meetings}).",
        "busy": "{people}: de mogelijke tijdsloten gingen naar afspraken die beter in het geheel passen ({meetings}).",
        "slots_full": "Enkel samen vrij om {slots}, wanneer alle plaatsen bezet zijn.",
        "nothing": "Er is plaats voor deze afspraak om {slots}.",
    },
}
_STEPS: _Texts = {
    "en": {
        "fix": "Possible at {slot}: {steps}.",
        "as it is": "Possible at {slot}.",
        "Frees": "{person} makes time at {slots}",
        "Raises": "{person}: limit raised to {to} ({limit})",
        "AddsPlace": "one more place at {slots}",
        "Opens": "{place} opens at {slots}",
        "Widens": "{place} takes one meeting more at once",
        "Moves": "{meeting} moves to {slot}",
        "Drops": "{meeting} gives way",
        "slot": "the meeting is allowed at this time",
        "place": "the meeting is allowed at an added place",
        "order": "its order with {meeting} no longer counts",
        "pin": "{meeting} is no longer fixed",
    },
    "fr": {
        "fix": "Possible à {slot} : {steps}.",
        "as it is": "Possible à {slot}.",
        "Frees": "{person} se libère à {slots}",
        "Raises": "{person} : limite portée à {to} ({limit})",
        "AddsPlace": "un emplacement de plus à {slots}",
        "Opens": "{place} ouvre à {slots}",
        "Widens": "{place} accueille un rendez-vous simultané de plus",
        "Moves": "{meeting} passe à {slot}",
        "Drops": "{meeting} cède sa place",
        "slot": "le rendez-vous est autorisé à cette heure",
        "place": "le rendez-vous est autorisé à un emplacement ajouté",
        "order": "l’ordre avec {meeting} ne compte plus",
        "pin": "{meeting} n’est plus fixé",
    },
    "nl": {
        "fix": "Mogelijk om {slot}: {steps}.",
        "as it is": "Mogelijk om {slot}.",
        "Frees": "{person} maakt tijd om {slots}",
        "Raises": "{person}: limiet verhoogd tot {to} ({limit})",
        "AddsPlace": "één plaats extra om {slots}",
        "Opens": "{place} gaat open om {slots}",
        "Widens": "{place} ontvangt één afspraak meer tegelijk",
        "Moves": "{meeting} verschuift naar {slot}",
        "Drops": "{meeting} valt weg",
        "slot": "de afspraak mag op dit tijdstip",
        "place": "de afspraak mag op een toegevoegde plaats",
        "order": "de volgorde met {meeting} telt niet meer",
        "pin": "{meeting} ligt niet langer vast",
    },
}
_LIMITS: _Texts = {
    "en": {
        "maximum": "meetings in all",
        "maximum_per_session": "meetings in a session",
        "maximum_per_day": "meetings in a day",
        "maximum_consecutive": "slots in a row",
    },
    "fr": {
        "maximum": "rendez-vous au total",
        "maximum_per_session": "rendez-vous par session",
        "maximum_per_day": "rendez-vous par jour",
        "maximum_consecutive": "créneaux d’affilée",
    },
    "nl": {
        "maximum": "afspraken in totaal",
        "maximum_per_session": "afspraken per sessie",
        "maximum_per_day": "afspraken per dag",
        "maximum_consecutive": "tijdsloten na elkaar",
    },
}
_DEMANDS: _Texts = {
    "en": {
        "meetings": "Must take place ({n}): {meetings}.",
        "pin": "{meetings}: fixed {where}.",
        "start": "{meetings}: may start only at {slots}.",
        "where": "{meetings}: only at certain places.",
        "order": "{first} must end before {second} starts.",
        "exclusive": "Only one of these may take place: {meetings}.",
        "availability": "{person}: available only at {slots}.",
        "limit": "{person}: at most {number} ({limit}).",
        "tables": "All shared places together take {number} meetings in the whole event.",
        "stand": "{place}: at most {number} at once, open at {slots}.",
        "fairness": "The numbers of breaks of any two people differ by {number} at most.",
        "never": "no time",
    },
    "fr": {
        "meetings": "Doivent avoir lieu ({n}) : {meetings}.",
        "pin": "{meetings} : fixé {where}.",
        "start": "{meetings} : ne peut commencer qu’à {slots}.",
        "where": "{meetings} : à certains emplacements seulement.",
        "order": "{first} doit finir avant que {second} commence.",
        "exclusive": "Un seul de ces rendez-vous peut avoir lieu : {meetings}.",
        "availability": "{person} : disponible uniquement à {slots}.",
        "limit": "{person} : au plus {number} ({limit}).",
        "tables": "Tous les emplacements partagés accueillent ensemble {number} rendez-vous sur tout l’événement.",
        "stand": "{place} : au plus {number} à la fois, ouvert à {slots}.",
        "fairness": "Les nombres de pauses de deux personnes diffèrent de {number} au plus.",
        "never": "aucun moment",
    },
    "nl": {
        "meetings": "Moeten doorgaan ({n}): {meetings}.",
        "pin": "{meetings}: vastgelegd {where}.",
        "start": "{meetings}: kan enkel beginnen om {slots}.",
        "where": "{meetings}: enkel op bepaalde plaatsen.",
        "order": "{first} moet eindigen voordat {second} begint.",
        "exclusive": "Slechts één van deze afspraken kan doorgaan: {meetings}.",
        "availability": "{person}: enkel beschikbaar om {slots}.",
        "limit": "{person}: hoogstens {number} ({limit}).",
        "tables": "Alle gedeelde plaatsen samen bieden ruimte aan {number} afspraken in het hele evenement.",
        "stand": "{place}: hoogstens {number} tegelijk, open om {slots}.",
        "fairness": "Het aantal pauzes van twee personen verschilt hoogstens {number}.",
        "never": "geen enkel moment",
    },
}
_AND = {"en": ("and", "{n} more"), "fr": ("et", "{n} de plus"), "nl": ("en", "nog {n}")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How the caller calls things, in the language of the sentence: a slot by its time, a candidate by its people."""

    person: Callable[[int], str] = str
    slot: Callable[[int], str] = str
    place: Callable[[int], str] = str
    meeting: Callable[[int], str] = str


def reason_text(reason: Reason, language: str, names: Names) -> str:
    """One sentence. `language` is one of `LANGUAGES`; raises KeyError for another."""
    return _REASONS[language][reason.cause].format(
        people=_listed([names.person(p) for p in reason.participants], language),
        slots=_listed([names.slot(t) for t in reason.slots], language),
        meetings=_listed([names.meeting(c) for c in reason.meetings], language),
        limit=_LIMITS[language].get(reason.limit, ""),
    )


def fix_text(fix: Fix, language: str, names: Names) -> str:
    """One sentence with all steps of the fix. `language` is one of `LANGUAGES`; raises KeyError for another."""
    steps = "; ".join(_step_text(step, language, names) for step in fix.steps)
    template = _STEPS[language]["fix" if steps else "as it is"]
    return template.format(slot=names.slot(fix.meeting.slot), steps=steps)


def conflict_text(conflict: "Conflict", language: str, names: Names) -> list[str]:
    """One sentence for each demand. `language` is one of `LANGUAGES`; raises KeyError for another."""
    texts = _DEMANDS[language]
    sentences = []
    for demand in conflict.demands:
        meetings = [names.meeting(c) for c in demand.candidates]
        slots = _listed([names.slot(t) for t in demand.slots], language) or texts["never"]
        place = "" if demand.place is None else names.place(demand.place)
        sentences.append(
            texts[demand.kind].format(
                meetings=_listed(meetings, language),
                first=meetings[0] if meetings else "",
                second=meetings[-1] if meetings else "",
                person="" if demand.participant is None else names.person(demand.participant),
                slots=slots,
                place=place,
                where=", ".join([*([slots] if demand.slots else []), *([place] if place else [])]),
                number=demand.number,
                n=len(meetings),
                limit=_LIMITS[language].get(demand.limit, ""),
            )
        )
    return sentences


def _step_text(step: Step, language: str, names: Names) -> str:
    texts = _STEPS[language]

    def slots(numbers: Sequence[int]) -> str:
        return _listed([names.slot(t) for t in numbers], language)

    match step:
        case Frees():
            return texts["Frees"].format(person=names.person(step.participant), slots=slots(step.slots))
        case Raises():
            person, limit = names.person(step.participant), _LIMITS[language][step.rule]
            return texts["Raises"].format(person=person, to=step.to, limit=limit)
        case AddsPlace():
            return texts["AddsPlace"].format(slots=slots(step.slots))
        case Opens():
            return texts["Opens"].format(place=names.place(step.place), slots=slots(step.slots))
        case Widens():
            return texts["Widens"].format(place=names.place(step.place))
        case Moves():
            meeting, slot = names.meeting(step.meeting.candidate), names.slot(step.meeting.slot)
            return texts["Moves"].format(meeting=meeting, slot=slot)
        case Drops():
            return texts["Drops"].format(meeting=names.meeting(step.candidate))
        case Lifts():
            return texts[step.rule].format(meeting=names.meeting(step.candidate))


def _listed(items: Sequence[str], language: str) -> str:
    """Joined by commas and a last "and"; the first few where they are many."""
    last, more = _AND[language]
    if len(items) > _MOST + 1:
        items = [*items[:_MOST], more.format(n=len(items) - _MOST)]
    return f" {last} ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
