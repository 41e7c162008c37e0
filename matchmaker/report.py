"""The figures of an event, as its organiser and its funders ask for them, counted from the data."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from matchmaker.event import Event, Preference, RequestStatus
from matchmaker.locale import Message, catalogue
from matchmaker.scheduling.checks import measures
from matchmaker.scheduling.domain import Problem, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a schedule achieves.

    `candidates` are the meetings that were agreed on, `meetings` those that take place, `people` all who are in one,
    `between_countries` the meetings of people who do not all come from one country. `value` and its proven `bound`
    (None: not known) are those of the scheduler; `breaks` and `idle` as in `matchmaker.scheduling.checks.Measures`;
    `below_minimum` counts people with fewer meetings than they were promised.
    """

    candidates: int
    meetings: int
    people: int
    between_countries: int
    value: int
    bound: int | None
    breaks: int
    idle: int
    below_minimum: int

    @property
    def placed_share(self) -> float:
        """Meetings as a share of candidates (1 where there was nothing to place)."""
        return self.meetings / self.candidates if self.candidates else 1.0

    @property
    def gap(self) -> float | None:
        """How far the value may be from the best possible, as a share of the bound."""
        return None if self.bound is None else abs(self.bound - self.value) / max(1, abs(self.bound))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of an event; `countries` (ISO 3166 codes) and `requests` have the greatest number first."""

    event: str
    participants: int
    organisations: int
    countries: Mapping[str, int]
    offers: int
    needs: int
    requests: Mapping[RequestStatus, int]
    schedule: Figures | None

    def as_data(self) -> dict[str, object]:
        """The report as JSON holds it."""
        figures = self.schedule
        return {
            "event": self.event,
            "participants": self.participants,
            "organisations": self.organisations,
            "countries": [{"country": code, "participants": n} for code, n in self.countries.items()],
            "offers": self.offers,
            "needs": self.needs,
            "requests": {"sent": self.sent, **{str(status): n for status, n in self.requests.items()}},
            "schedule": figures
            and {
                "candidates": figures.candidates,
                "meetings": figures.meetings,
                "placed_share": round(figures.placed_share, 4),
                "people": figures.people,
                "between_countries": figures.between_countries,
                "value": figures.value,
                "bound": figures.bound,
                "gap": None if figures.gap is None else round(figures.gap, 6),
                "breaks": figures.breaks,
                "idle": figures.idle,
                "below_minimum": figures.below_minimum,
            },
        }

    @property
    def sent(self) -> int:
        return sum(self.requests.values())

    def lines(self, language: str) -> list[tuple[str, int | None, float | None]]:
        """Labels in the reader's language, figures and shares, in order; a heading has neither."""
        words = {key: label.text(language) for key, label in _LABELS.items()}
        territories = catalogue(language).locale.territories
        rows: list[tuple[str, int | None, float | None]] = [
            (words["participants"], self.participants, None),
            (words["organisations"], self.organisations, None),
            (words["countries"], len(self.countries), None),
            (words["offers"], self.offers, None),
            (words["needs"], self.needs, None),
            (words["by country"], None, None),
            *((str(territories.get(code, code)), n, None) for code, n in self.countries.items()),
            (words["requests"], None, None),
            (words["sent"], self.sent, None),
            *((words[status], n, None) for status, n in self.requests.items()),
        ]
        if (figures := self.schedule) is not None:
            between = figures.between_countries / figures.meetings if figures.meetings else 0.0
            rows += [
                (words["schedule"], None, None),
                (words["candidates"], figures.candidates, None),
                (words["meetings"], figures.meetings, figures.placed_share),
                (words["people"], figures.people, None),
                (words["between countries"], figures.between_countries, between),
                (words["breaks"], figures.breaks, None),
                (words["idle"], figures.idle, None),
                (words["below minimum"], figures.below_minimum, None),
                (words["value"], figures.value, None),
            ]
            if figures.bound is not None and figures.gap is not None:
                rows += [(words["bound"], figures.bound, None), (words["gap"], None, figures.gap)]
        return rows

    def text(self, language: str) -> str:
        """The report as plain text, figures in one column."""
        translated = catalogue(language)

        def written(figure: int | None, part: float | None) -> str:
            if figure is None:
                return "" if part is None else translated.percent(part, decimals=3)
            whole = translated.number(figure)
            return whole if part is None else f"{whole} ({translated.percent(part, decimals=1)})"

        lines = [(label, written(figure, part)) for label, figure, part in self.lines(language)]
        width = max(len(label) for label, figure in lines if figure) + 4
        body = [f"  {label:<{width}}{figure:>16}" if figure else f"\n{label}" for label, figure in lines]
        return "\n".join([self.event, "=" * len(self.event), "", *body, ""])


def report(
    event: Event, problem: Problem | None = None, schedule: Schedule | None = None, bound: int | None = None
) -> Report:
    """Counts an event, and a schedule of the problem that `problem_of` makes of it; `bound` is that of its value.

    A "never" asks for no meeting, and is no request here.
    """
    statuses = Counter(request.status for request in event.requests if request.preference is not Preference.NEVER)
    return Report(
        event=event.name,
        participants=len(event.people),
        organisations=len({person.organisation for person in event.people}),
        countries=dict(sorted(Counter(p.country for p in event.people).items(), key=lambda pair: (-pair[1], pair[0]))),
        offers=sum(len(person.offers) for person in event.people),
        needs=sum(len(person.needs) for person in event.people),
        requests={status: statuses[status] for status in RequestStatus},
        schedule=None if problem is None or schedule is None else _figures(event, problem, schedule, bound),
    )


def _figures(event: Event, problem: Problem, schedule: Schedule, bound: int | None) -> Figures:
    achieved = measures(problem, schedule)
    return Figures(
        candidates=len(problem.candidates),
        meetings=achieved.meetings,
        people=len({person for meeting in schedule.meetings for person in meeting.attendees}),
        between_countries=sum(
            len({event.people[person].country for person in meeting.attendees}) > 1 for meeting in schedule.meetings
        ),
        value=achieved.value,
        bound=bound,
        breaks=achieved.breaks,
        idle=achieved.idle,
        below_minimum=achieved.below_minimum,
    )


_LABELS: Mapping[str, Message] = {
    "participants": Message("report", "Participants"),
    "organisations": Message("report", "Organisations"),
    "countries": Message("report", "Countries"),
    "offers": Message("report", "Offers"),
    "needs": Message("report", "Needs"),
    "by country": Message("report", "Participants by country"),
    "requests": Message("report", "Meeting requests"),
    "sent": Message("report", "sent"),
    "accepted": Message("report", "accepted"),
    "pending": Message("report", "pending"),
    "declined": Message("report", "declined"),
    "withdrawn": Message("report", "withdrawn"),
    "expired": Message("report", "expired"),
    "schedule": Message("report", "Schedule"),
    "candidates": Message("report", "meetings agreed on"),
    "meetings": Message("report", "meetings placed"),
    "people": Message("report", "people with a meeting"),
    "between countries": Message("report", "cross-border meetings"),
    "breaks": Message("report", "breaks between meetings"),
    "idle": Message("report", "waiting time between meetings (slots)"),
    "below minimum": Message("report", "people with fewer meetings than promised"),
    "value": Message("report", "total value of these meetings"),
    "bound": Message("report", "proven upper limit of this value"),
    "gap": Message("report", "distance to this limit"),
}
