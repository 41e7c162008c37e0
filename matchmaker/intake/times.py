"""The sheets with times: slots, and when people are available."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from matchmaker.agenda import slots_between
from matchmaker.event import TimeSlot
from matchmaker.intake import cells
from matchmaker.intake.rows import Row
from matchmaker.intake.tables import Cell


def read_slots(rows: Sequence[Row], zone: ZoneInfo) -> tuple[tuple[TimeSlot, ...], bool]:
    """The slots in order of time, and whether nothing is wrong with them.

    A row is one slot, or a session that becomes slots of `minutes` each.
    """
    found: list[tuple[TimeSlot, Row]] = []
    sound = True
    for row in rows:
        session = row.read("session", cells.text)
        starts, ends = _both(row, zone)
        minutes = row.read("minutes", partial(cells.number, least=1))
        if starts is None or ends is None or session is None:
            sound = False
        elif minutes is None:
            found.append((TimeSlot(session=session, starts=starts, ends=ends), row))
        elif slots := slots_between(session, starts, ends, minutes):
            found += [(slot, row) for slot in slots]
        else:
            sound = False
            row.wrong("minutes", "one_slot", minutes=int((_utc(ends) - _utc(starts)).total_seconds() // 60))
    found.sort(key=lambda pair: _utc(pair[0].starts))
    latest: tuple[TimeSlot, Row] | None = None
    blamed = set()
    for slot, row in found:
        if latest and _utc(slot.starts) < _utc(latest[0].ends):
            sound = False
            if row.number not in blamed:
                row.wrong("starts", "no_overlap", end=f"{latest[0].ends:%Y-%m-%d %H:%M}", row=latest[1].number)
            blamed.add(row.number)
        if latest is None or _utc(slot.ends) > _utc(latest[0].ends):
            latest = slot, row
    return tuple(slot for slot, _ in found), sound and bool(found)


def read_availability(
    rows: Sequence[Row],
    slots: Sequence[TimeSlot],
    zone: ZoneInfo,
    somebody: Callable[[Cell], str],
    sound: bool,
) -> dict[str, frozenset[int]]:
    """For each person of the sheet the slots that lie within one of their times, as positions in `slots`.

    A row without times stands for somebody who is not available at all. With slots that are not `sound`, it is
    not asked whether the times hold a slot.
    """
    available: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        email = row.read("email", somebody)
        if not {"starts", "ends"} & row.cells.keys():
            if email:
                available[email] |= set()
            continue
        if not {"starts", "ends"} <= row.cells.keys():
            row.wrong("ends" if "starts" in row.cells else "starts", "both_times")
            continue
        starts, ends = _both(row, zone)
        if starts is None or ends is None:
            continue
        within = {
            i for i, slot in enumerate(slots) if _utc(starts) <= _utc(slot.starts) and _utc(slot.ends) <= _utc(ends)
        }
        if sound and not within:
            row.wrong("starts", "holds_a_slot")
        if email:
            available[email] |= within
    return {email: frozenset(within) for email, within in available.items()}


def _both(row: Row, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Start and end of a row, the end after the start."""
    starts = row.read("starts", partial(cells.moment, zone=zone))
    ends = row.read("ends", partial(cells.moment, zone=zone))
    if starts is not None and ends is not None and _utc(ends) <= _utc(starts):
        row.wrong("ends", "after_start", start=f"{starts:%Y-%m-%d %H:%M}")
        return starts, None
    return starts, ends


def _utc(moment: datetime) -> datetime:
    """Local times are compared by the instant that they mean: an hour of autumn comes twice."""
    return moment.astimezone(UTC)
