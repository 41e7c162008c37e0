"""From an event to a folder of documents, without a server and without a database."""

import json
import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten

from api.schedules import explanations
from matchmaker.agenda import agendas_of
from matchmaker.documents import Edition, agenda_ics, agendas_pdf, schedule_workbook
from matchmaker.event import Event, Request
from matchmaker.locale import in_every_language
from matchmaker.matching.agenda_reason import LIKELY, why
from matchmaker.matching.match import MatchReason
from matchmaker.matching.proposals import Proposals, propose
from matchmaker.matching.rules import Rules, never_pairs
from matchmaker.matching.score import Ranking
from matchmaker.report import Report, report
from matchmaker.scheduling.candidates import RequestIndex, problem_of
from matchmaker.scheduling.checks import violations
from matchmaker.scheduling.domain import Problem
from solver.result import Goal, Options, Result
from solver.solve import solve

_AT_ONCE = 10  # requests between two signs of progress
WRITTEN = ("schedule.xlsx", "agendas.pdf", "calendars", "report.txt", "report.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineSchedule:
    """An event with its ranking, the problem that this makes, and the schedule found for it."""

    event: Event
    ranking: Ranking
    problem: Problem
    index: RequestIndex
    result: Result

    @property
    def report(self) -> Report:
        bound = next((goal.bound for goal in self.result.goals if goal.goal is Goal.VALUE), None)
        return report(self.event, self.problem, self.result.schedule, bound)

    @property
    def shortfalls(self) -> list[str]:
        """Who has fewer meetings than their minimum, and how many were agreed on."""
        scheduled = Counter(person for meeting in self.result.schedule.meetings for person in meeting.attendees)
        agreed = Counter(person for candidate in self.problem.candidates for person in candidate.people)
        return [
            f"{self.event.people[p.id].name}: {scheduled[p.id]} of {p.minimum} promised meetings, {agreed[p.id]} agreed"
            for p in self.problem.participants
            if scheduled[p.id] < p.minimum
        ]


def has_candidates(event: Event) -> bool:
    """Whether there is any meeting to schedule."""
    return bool(problem_of(event, lambda _one, _other: 0.0)[0].candidates)


def open_to_proposals(event: Event) -> Event:
    """The event without those who are never available: nobody is to be told to meet them."""
    return replace(event, people=tuple(p for p in event.people if p.available is None or p.available))


def rules_between_strangers(event: Event) -> Rules:
    """Rules that keep apart who noted "never", and leave out who asked already."""
    return Rules(never=never_pairs(event) | {(r.sender, r.recipient) for r in event.requests})


def proposals(event: Event, ranking: Ranking, minimum: int, maximum: int) -> Proposals:
    """Meetings that give everybody who is available `minimum` to `maximum` of them, as far as they and rooms allow."""
    matches = [match for person in event.people for match in ranking.of(person.email)]
    scores = {(match.first, match.second): match.score for match in matches}
    return propose(event, scores, minimum=minimum, maximum=maximum)


def with_requests(event: Event, requests: Sequence[Request]) -> Event:
    """The event with more requests."""
    return replace(event, requests=(*event.requests, *requests))


def plan(event: Event, ranking: Ranking, options: Options) -> OfflineSchedule:
    """Schedules the accepted requests of an event.

    Raises RuntimeError if the schedule breaks a rule: such a schedule is a fault of the program, and not for use.
    """
    problem, index = problem_of(event, ranking.score)
    result = solve(problem, options)
    if wrong := violations(problem, result.schedule):
        raise RuntimeError(f"the schedule breaks {len(wrong)} rules; the first: {wrong[0].message}")
    return OfflineSchedule(event=event, ranking=ranking, problem=problem, index=index, result=result)


def write(
    plan: OfflineSchedule, folder: Path, language: str, progress: Callable[[int, int], None] = lambda _done, _of: None
) -> None:
    """Writes the documents of a plan into an existing folder.

    `progress(done, of)` counts the requests without a meeting, for each of which it looks for what would help, then
    the files.
    """
    event, schedule = plan.event, plan.result.schedule
    reasons_by_candidate = explanations.reasons(plan.problem, schedule, _same)
    event_names, unplaced = explanations.names_in(event, plan.problem), list(reasons_by_candidate)
    edition = Edition(version=1, at=datetime.now(UTC))
    agendas = agendas_of(event, schedule, _why_they_meet(plan))
    names = list(_file_names([agenda.person.name for agenda in agendas]))
    steps = len(unplaced) + len(agendas) + 3
    for step in range(0, len(unplaced), _AT_ONCE):
        progress(step, steps)
        batch = unplaced[step : step + _AT_ONCE]
        for i, fix in explanations.fixes(plan.problem, schedule, batch, _same).items():
            reasons_by_candidate[i]["fix"] = fix
    progress(len(unplaced), steps)
    reasons_by_candidate |= dict.fromkeys(plan.index.excluded, explanations.NEVER)
    reasons = {i: explanations.text_of(stored, language, event_names) for i, stored in reasons_by_candidate.items()}
    fixes = {
        i: text
        for i, stored in reasons_by_candidate.items()
        if (text := explanations.fix_text_of(stored, language, event_names)) is not None
    }
    (folder / "schedule.xlsx").write_bytes(
        schedule_workbook(event, plan.problem, schedule, plan.report, edition, reasons, language, fixes)
    )
    progress(len(unplaced) + 1, steps)
    (folder / "report.txt").write_text(plan.report.text(language), encoding="utf-8")
    (folder / "report.json").write_text(
        json.dumps(plan.report.as_data(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    progress(len(unplaced) + 2, steps)
    (folder / "agendas.pdf").write_bytes(agendas_pdf(event, agendas, edition))
    progress(len(unplaced) + 3, steps)
    calendars = folder / "calendars"
    calendars.mkdir()
    for step, (agenda, name) in enumerate(zip(agendas, names, strict=True), start=len(unplaced) + 4):
        (calendars / f"{name}.ics").write_bytes(agenda_ics(event, agenda, edition))
        progress(step, steps)


def would_replace(folder: Path) -> list[str]:
    """What stands in `folder` under the names of the documents."""
    return [name for name in WRITTEN if (folder / name).exists()]


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder`, whose contents move into it in the end, unless an exception comes first.

    What stands under the same names is replaced, and nothing else is touched.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        new, old = Path(temporary) / "new", Path(temporary) / "old"
        new.mkdir()
        old.mkdir()
        yield new
        if not folder.exists():
            new.rename(folder)
            return
        for path in sorted(new.iterdir()):
            if (folder / path.name).exists():
                shutil.move(folder / path.name, old / path.name)
            path.rename(folder / path.name)


def _same(slot: int) -> int:
    """Offline, slots are known by their position."""
    return slot


def _why_they_meet(plan: OfflineSchedule) -> Mapping[int, Mapping[str, Mapping[str, str]]]:
    """For each candidate that takes place, by the reader's e-mail address and by language, why it is worth having."""
    reasons_by_candidate: dict[int, dict[str, Mapping[str, str]]] = {}
    event, matches = plan.event, {}
    name = {person.email: person.name for person in event.people}
    for meeting in plan.result.schedule.meetings:
        request, people = event.requests[meeting.candidate], [event.people[i] for i in meeting.attendees]
        common = [theme for theme in people[0].themes if all(theme in person.themes for person in people)]
        reasons_by_candidate[meeting.candidate] = {}
        for reader in (person.email for person in people):
            if reader not in matches:
                matches[reader] = {match.second: match.reasons for match in plan.ranking.of(reader)}
            best_reason = _likely_reason([r for other in people for r in matches[reader].get(other.email, ())])
            reason = why(best_reason, name[request.sender], request.message, common, event.themes)
            reasons_by_candidate[meeting.candidate][reader] = reason
    return reasons_by_candidate


def _likely_reason(reasons: Sequence[MatchReason]) -> Mapping[str, str] | None:
    """The sentence by language of the first reason by which an offer probably serves a need."""
    for reason in reasons:
        if reason.kind in ("need_offer", "offer_need") and reason.strength >= LIKELY:
            quoted = replace(reason, need=_shortened(reason.need), offer=_shortened(reason.offer))
            return in_every_language(quoted.text)
    return None


def _shortened(text: str | None) -> str:
    """A need or an offer as an agenda quotes it."""
    return shorten(text or "", 110, placeholder=" …")


def _file_names(names: Sequence[str]) -> Iterator[str]:
    """A different file name for each name: plain lower-case letters, which every file system takes."""
    used_names: set[str] = set()
    for name in names:
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        base = re.sub("[^a-z0-9]+", "-", letters).strip("-")[:80] or "participant"
        unique, n = base, 1
        while unique in used_names:
            n += 1
            unique = f"{base}-{n}"
        used_names.add(unique)
        yield unique
