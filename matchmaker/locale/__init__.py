"""What the server says: sentences from gettext catalogues; dates, numbers and lists as each language writes them.

Every folder `<language>/LC_MESSAGES` beside this file is a language. The message of a sentence is its English wording
with named placeholders; `make messages` collects the messages and brings the catalogues up to date.
"""

import gettext
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

FOLDER = Path(__file__).parent
DOMAIN = "matchmaker"
SOURCE = "en"
"""The language of the messages, which stands in for any that has no catalogue."""
LANGUAGES: tuple[str, ...] = (
    SOURCE,
    *sorted({path.parts[-3] for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.*")} - {SOURCE}),
)
"""Every language of the server (ISO 639-1), English first."""


def gettext_noop(message: str) -> str:
    """`message`, marked for the catalogues where it stands in a table and is translated later."""
    return message


class Message(NamedTuple):
    """A message of which the same English words need other translations elsewhere; `context` tells them apart."""

    context: str
    message: str

    def text(self, language: str) -> str:
        return catalogue(language).pgettext(*self)


class Catalogue:
    """The sentences of one language, with the values put in, and the formats of its locale."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._messages = _messages(language)
        self.locale = Locale.parse(self._messages.info()["language"])

    def gettext(self, message: str, /, **values: object) -> str:
        return _filled(self._messages.gettext(message), values)

    def ngettext(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form for the number `n`, which fills the placeholder of that name."""
        return _filled(self._messages.ngettext(one, many, n), {"n": self.number(n), **values})

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        return _filled(self._messages.pgettext(context, message), values)

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.locale)

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share of 1 as a percentage."""
        pattern = str(self.locale.percent_formats[None].pattern)
        precise = pattern.replace("0", f"0.{'0' * decimals}") if decimals else pattern
        return format_percent(share, format=precise, locale=self.locale)

    def listed(self, items: Sequence[str], most: int | None = None) -> str:
        """Joined by commas and a last "and". Where there are more than `most` + 1, the first few and how many more."""
        shown = list(items)
        if most is not None and len(shown) > most + 1:
            left = len(shown) - most
            shown = [*shown[:most], self.ngettext("{n} more", "{n} more", left)]
        return format_list(shown, locale=self.locale) if shown else ""

    def day(self, day: date) -> str:
        """A day without its year, the month in letters."""
        return format_skeleton("MMMMd", datetime.combine(day, datetime.min.time()), locale=self.locale)

    def weekday(self, day: date) -> str:
        return format_date(day, self.pgettext("pattern", "EEEE d MMMM y"), locale=self.locale)

    def moment(self, at: datetime) -> str:
        """A day with its year and the time of day, in the time zone of `at`."""
        return format_datetime(at, self.pgettext("pattern", "d MMMM y, HH:mm"), tzinfo=at.tzinfo, locale=self.locale)

    def clock(self, at: datetime) -> str:
        """A time of day within a sentence."""
        if at.minute == 0:
            return format_time(
                at, self.pgettext("pattern of a full hour", "HH:mm"), tzinfo=at.tzinfo, locale=self.locale
            )
        return format_time(at, self.pgettext("pattern", "HH:mm"), tzinfo=at.tzinfo, locale=self.locale)

    def when(self, moments: Sequence[datetime], with_days: bool, most: int = 3) -> str:
        """Moments (aware, in the time zone to show, in order) with their prepositions: "at 09:20 and 10:00"."""
        if not with_days:
            return self.gettext("at {times}", times=self.listed([self.clock(at) for at in moments], most))
        days = [(day, list(group)) for day, group in groupby(moments, key=datetime.date)]
        return self.listed(
            [
                self.gettext(
                    "on {day} at {times}", day=self.day(day), times=self.listed([self.clock(at) for at in group], most)
                )
                for day, group in days
            ],
            most,
        )


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language, or the English one where there is none."""
    return Catalogue(language if language in LANGUAGES else SOURCE)


def in_every_language(text: Callable[[str], str]) -> dict[str, str]:
    """What `text` makes of each language."""
    return {language: text(language) for language in LANGUAGES}


def language_name(named: str, language: str) -> str:
    """The name of a language in another, in lower case."""
    return str(catalogue(language).locale.languages.get(named, named)).lower()


def _messages(language: str) -> gettext.GNUTranslations:
    """The catalogue as it was compiled into the wheel; in a source tree, compiled from its text."""
    compiled = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if compiled.is_file():
        return gettext.GNUTranslations(io.BytesIO(compiled.read_bytes()))
    buffer = io.BytesIO()
    write_mo(buffer, read_po(io.BytesIO(compiled.with_suffix(".po").read_bytes()), locale=language))
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


def _filled(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text
