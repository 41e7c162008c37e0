"""The best matches of everybody, as a workbook or a CSV file for organisers."""

import csv
import io
from collections.abc import Iterator

import xlsxwriter

from matchmaker.documents.edition import words_of
from matchmaker.event import Event
from matchmaker.locale import catalogue
from matchmaker.matching.match import WORDS, strength
from matchmaker.matching.score import Ranking

COLUMNS = {
    "name": 26, "organisation": 30, "e-mail": 32, "rank": 7, "with": 26, "their organisation": 30, "their e-mail": 32,
    "match": 16, "score": 8, "why": 100,
}  # fmt: skip
Row = tuple[str, str, str, int, str, str, str, str, int, str]


def matches_workbook(event: Event, ranking: Ranking, language: str = "en", top: int = 10) -> bytes:
    """The `top` matches of each person, best first, each with its word, a score from 0 to 100 and its reasons.

    Words and sentences are in `language`. Who is no match in the sense of `strength` is not listed.
    """
    target = io.BytesIO()
    words = words_of(language)
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E7E5E4", "bottom": 1})
        page = book.add_worksheet(words["matches"])
        page.freeze_panes(1, 0)
        for x, (heading, width) in enumerate(COLUMNS.items()):
            page.set_column(x, x, width)
            page.write_string(0, x, words[heading], head)
        y = 0
        for y, row in enumerate(_rows(event, ranking, language, top), start=1):
            for x, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(y, x, value)
                else:
                    page.write_number(y, x, value)
        page.autofilter(0, 0, max(1, y), len(COLUMNS) - 1)
    return target.getvalue()


def matches_csv(event: Event, ranking: Ranking, language: str = "en", top: int = 10) -> bytes:
    """The same rows as UTF-8 CSV, with the mark by which Excel knows UTF-8.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    words = words_of(language)
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(words[heading] for heading in COLUMNS)
    for row in _rows(event, ranking, language, top):
        writer.writerow(f"'{v}" if isinstance(v, str) and v.startswith(("=", "+", "-", "@", "\t")) else v for v in row)
    return target.getvalue().encode("utf-8-sig")


def _rows(event: Event, ranking: Ranking, language: str, top: int) -> Iterator[Row]:
    people, translated = {person.email: person for person in event.people}, catalogue(language)
    for person in event.people:
        words = ((match, strength(match.forward, match.backward)) for match in ranking.of(person.email))
        matches = [(match, word) for match, word in words if word is not None]
        for position, (match, word) in enumerate(matches[:top], start=1):
            other = people[match.second]
            yield (
                person.name,
                person.organisation,
                person.email,
                position,
                other.name,
                other.organisation,
                other.email,
                translated.gettext(WORDS[word]),
                round(100 * match.score),
                " ".join(reason.text(language, event.themes) for reason in match.reasons)[:5000],
            )
