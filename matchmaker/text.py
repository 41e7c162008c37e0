"""What people may write, how long it may be, and how names are compared: one set of rules for files and for the API."""

import re
import unicodedata

NAME_LENGTH = 200
PROSE_LENGTH = 2000
STATEMENTS = 50  # offers, and as many needs, of one person
AUDIENCE = 50  # participation types that one offer or need is for
THEMES_PER_PERSON = 50
CAPACITY = 10_000
MEETINGS = 1000  # the largest minimum or maximum of one person

# Control characters break files and terminals; overrides of the writing direction turn the text around them.
# U+FFFE and U+FFFF are no characters: XML, and with it a workbook, cannot hold them.
_UNSAFE = r"\u202a-\u202e\u2066-\u2069\ufffe\uffff"
_IN_LINES = rf"\x00-\x1f\x7f-\x9f\u2028\u2029{_UNSAFE}"
_IN_PROSE = rf"\x00-\x08\x0b-\x1f\x7f-\x9f{_UNSAFE}"
LINE_PATTERN = f"^[^{_IN_LINES}]*$"
"""A text on one line, as a regular expression that Python, Rust and JavaScript read alike."""
PROSE_PATTERN = f"^[^{_IN_PROSE}]*$"
"""A text of several lines; tabs and line feeds are allowed, carriage returns are not."""

_FORBIDDEN = {
    False: re.compile(rf"[{_IN_LINES}\ud800-\udfff]"),
    True: re.compile(rf"[{_IN_PROSE}\ud800-\udfff]"),
}
# Letters and marks that show nothing: fillers of Hangul, the empty Braille cell, the selectors of a variant.
_BLANK = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0\u17b4\u17b5") | {chr(c) for c in range(0xFE00, 0xFE10)}
# A link, the start of one, or what a mail program makes one of.
_LINK = re.compile(r"://|www\.|[/\\@<>\[\]]|[^\W\d_]{2,}\.[^\W\d_]{2,}|\d+\.\d+", re.IGNORECASE)
_GREETING_LENGTH = 80


def forbidden_character(text: str, *, multiline: bool = False) -> str | None:
    """The first character that no text may hold, such as NUL, a lone surrogate or an override of the direction."""
    match = _FORBIDDEN[multiline].search(text)
    return match and match.group()


def is_visible(text: str) -> bool:
    """Whether anything of the text can be seen; zero-width characters and blanks cannot."""
    return any(c not in _BLANK and unicodedata.category(c)[0] not in "CZ" for c in text)


LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def fold(text: str) -> str:
    """A text without case, accents, punctuation and repeated spaces, for comparison."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(LIGATURES)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def slug(text: str, default: str, length: int = 60) -> str:
    """The text in ASCII letters, digits and hyphens, for addresses and file names; `default` where nothing is left."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:length].strip("-") or default


def greeting_name(name: str) -> str:
    """The name as a mail may greet somebody by it; empty where it could carry a message or a link of its author's.

    A workbook can name anybody, so that a name is text from a stranger to whom the mail goes.
    """
    name = " ".join(name.split())
    unsafe = len(name) > _GREETING_LENGTH or forbidden_character(name) or _LINK.search(name)
    return "" if unsafe else name
