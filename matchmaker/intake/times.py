"""The sheets with times: slots, and when people are available."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from matchmaker.agenda import slots_between
from matchmaker.event import TimeSlot
from matchmaker.intake import cells
from matchmaker.intake.rows import Row
from matchmaker.intake.tables import Cell

MOST_SLOTS = 2000


def read_slots(rows: Sequence[Row], zone: ZoneInfo) -> tuple[tuple[TimeSlot, ...], bool]:
    """The slots in order of time, and whether nothing is wrong with them.

    A row is one slot, or a session that becomes slots of `minutes` each; `MOST_SLOTS` slots at most.
    """
    slots: list[tuple[TimeSlot, Row]] = []
    sound = True
    for row in rows:
        session = row.read("session", cells.line)
        starts, ends = _both(row, zone)
        minutes = row.read("minutes", partial(cells.number, least=1, most=24 * 60))
        if starts is None or ends is None or session is None or (minutes is None and "minutes" in row.cells):
            sound = False
            continue
        length = _utc(ends) - _utc(starts)
        number = 1 if minutes is None else length // timedelta(minutes=minutes)
        if number == 0:
            sound = False
            row.wrong("minutes", "one_slot", minutes=int(length.total_seconds() // 60))
        elif len(slots) + number > MOST_SLOTS:
            sound = False
            row.wrong("minutes" if minutes else "starts", "too_many_slots", cause="slots", most=MOST_SLOTS)
        elif minutes is None:
            slots.append((TimeSlot(session=session, starts=starts, ends=ends), row))
        else:
            slots += [(slot, row) for slot in slots_between(session, starts, ends, minutes)]
    slots.sort(key=lambda pair: _utc(pair[0].starts))
    clashes = _report_overlaps(slots)
    return tuple(slot for slot, _ in slots), sound and bool(slots) and not clashes


def _report_overlaps(slots: Sequence[tuple[TimeSlot, Row]]) -> bool:
    """Note each two rows with overlapping slots once, at the later row of the file; whether there are any."""
    latest: tuple[TimeSlot, Row] | None = None
    clashes: set[frozenset[int]] = set()
    for slot, row in slots:
        if latest and _utc(slot.starts) < _utc(latest[0].ends):
            pair = frozenset((row.number, latest[1].number))
            if pair not in clashes:
                clashes.add(pair)
                (early_slot, early), (_, late) = sorted((latest, (slot, row)), key=lambda each: each[1].number)
                late.wrong("starts", "no_overlap", end=f"{early_slot.ends:%Y-%m-%d %H:%M}", row=early.number)
        if latest is None or _utc(slot.ends) > _utc(latest[0].ends):
            latest = slot, row
    return bool(clashes)


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
    starts_of = [_utc(slot.starts) for slot in slots]
    ends_of = [_utc(slot.ends) for slot in slots]
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
        begin, end = _utc(starts), _utc(ends)
        inside = range(bisect_left(starts_of, begin), bisect_right(starts_of, end))
        within = {i for i in inside if ends_of[i] <= end}
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
