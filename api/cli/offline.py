"""From an event to a folder of documents, without a server and without a database."""

import json
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten

from api.schedules import explanations
from matchmaker.agenda import agendas_of
from matchmaker.documents import Edition, agenda_ics, agendas_pdf, schedule_workbook
from matchmaker.event import Event
from matchmaker.locale import in_every_language
from matchmaker.matching.agenda_reason import LIKELY, why
from matchmaker.matching.score import MatchReason, Ranking
from matchmaker.report import Report, report
from matchmaker.scheduling.candidates import Index, problem_of
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
    index: Index
    result: Result

    @property
    def report(self) -> Report:
        bound = next((goal.bound for goal in self.result.goals if goal.goal is Goal.VALUE), None)
        return report(self.event, self.problem, self.result.schedule, bound)


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
    unplaced = explanations.reasons(plan.problem, schedule, _same)
    event_names, left = explanations.names_in(event, plan.problem), list(unplaced)
    edition = Edition(version=1, at=datetime.now(UTC))
    agendas = agendas_of(event, schedule, _why_they_meet(plan))
    names = list(_file_names([agenda.person.name for agenda in agendas]))
    steps = len(left) + len(agendas) + 3
    for done in range(0, len(left), _AT_ONCE):
        progress(done, steps)
        for i, fix in explanations.fixes(plan.problem, schedule, left[done : done + _AT_ONCE], _same).items():
            unplaced[i]["fix"] = fix
    progress(len(left), steps)
    unplaced |= dict.fromkeys(plan.index.excluded, explanations.NEVER)
    reasons = {i: explanations.text_of(stored, language, event_names) for i, stored in unplaced.items()}
    found = {i: explanations.fix_text_of(stored, language, event_names) for i, stored in unplaced.items()}
    fixes = {i: fix for i, fix in found.items() if fix is not None}
    (folder / "schedule.xlsx").write_bytes(
        schedule_workbook(event, plan.problem, schedule, plan.report, edition, reasons, language, fixes)
    )
    progress(len(left) + 1, steps)
    (folder / "report.txt").write_text(plan.report.text(language), encoding="utf-8")
    (folder / "report.json").write_text(
        json.dumps(plan.report.as_data(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    progress(len(left) + 2, steps)
    (folder / "agendas.pdf").write_bytes(agendas_pdf(event, agendas, edition))
    progress(len(left) + 3, steps)
    calendars = folder / "calendars"
    calendars.mkdir()
    for done, (agenda, name) in enumerate(zip(agendas, names, strict=True), start=len(left) + 4):
        (calendars / f"{name}.ics").write_bytes(agenda_ics(event, agenda, edition))
        progress(done, steps)


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
        made, old = Path(temporary) / "new", Path(temporary) / "old"
        made.mkdir()
        old.mkdir()
        yield made
        if not folder.exists():
            made.rename(folder)
            return
        for path in sorted(made.iterdir()):
            if (folder / path.name).exists():
                shutil.move(folder / path.name, old / path.name)
            path.rename(folder / path.name)


def _same(slot: int) -> int:
    """Offline, slots are known by their position."""
    return slot


def _why_they_meet(plan: OfflineSchedule) -> Mapping[int, Mapping[str, Mapping[str, str]]]:
    """For each candidate that takes place, by the reader's e-mail address and by language, why it is worth having."""
    found: dict[int, dict[str, Mapping[str, str]]] = {}
    event, matches = plan.event, {}
    name = {person.email: person.name for person in event.people}
    for meeting in plan.result.schedule.meetings:
        request, people = event.requests[meeting.candidate], [event.people[i] for i in meeting.attendees]
        common = [theme for theme in people[0].themes if all(theme in person.themes for person in people)]
        found[meeting.candidate] = {}
        for reader in (person.email for person in people):
            if reader not in matches:
                matches[reader] = {match.second: match.reasons for match in plan.ranking.of(reader)}
            fits = _fits([r for other in people for r in matches[reader].get(other.email, ())])
            sentences = why(fits, name[request.sender], request.message, common, event.themes)
            found[meeting.candidate][reader] = sentences
    return found


def _fits(reasons: Sequence[MatchReason]) -> Mapping[str, str] | None:
    """The sentence by language of the first reason by which an offer probably serves a need."""
    for reason in reasons:
        if reason.kind in ("need_offer", "offer_need") and reason.strength >= LIKELY:
            short = replace(reason, need=_short(reason.need), offer=_short(reason.offer))
            return in_every_language(short.text)
    return None


def _short(text: str | None) -> str:
    """A need or an offer as an agenda quotes it."""
    return shorten(text or "", 110, placeholder=" …")


def _file_names(names: Sequence[str]) -> Iterator[str]:
    """A different file name for each name: plain lower-case letters, which every file system takes."""
    taken: set[str] = set()
    for name in names:
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        base = re.sub("[^a-z0-9]+", "-", letters).strip("-")[:80] or "participant"
        unique, n = base, 1
        while unique in taken:
            n += 1
            unique = f"{base}-{n}"
        taken.add(unique)
        yield unique
