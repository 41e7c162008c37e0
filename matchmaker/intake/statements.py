"""The sheet of offers and needs."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from matchmaker.event import Statement, StatementKind, TextRole
from matchmaker.intake import cells
from matchmaker.intake.errors import UnexpectedError
from matchmaker.intake.rows import Row
from matchmaker.intake.tables import Cell
from matchmaker.text import AUDIENCE, STATEMENTS, fold

# Most lists are written with semicolons, as themes are; a type may hold a comma itself, but no line end.
SEPARATORS = ("\n", ";", ",")

Statements = Mapping[tuple[str, TextRole], Sequence[Statement]]
"""Offers and needs by the e-mail address of their author, in the order of the rows."""


def read_statements(
    rows: Sequence[Row], somebody: Callable[[Cell], str], types: Collection[str], language: str
) -> Statements:
    """What people offer and need; `somebody` reads who it is, `types` are the participation types of the event.

    A type that nobody has is ignored with a notice, once: of a list that was ticked here, its last bearer may be gone.
    """
    statements: dict[tuple[str, TextRole], list[Statement]] = defaultdict(list)
    unknown: set[str] = set()
    folded = {key: name for name in types if (key := fold(name))}
    exact = frozenset(types)
    for row in rows:
        email = row.read("email", somebody)
        role = row.read("kind", partial(cells.choice, kind=TextRole, language=language))
        text = row.read("text", cells.prose)
        named = row.read("audience", partial(_types_named, exact=exact, folded=folded)) or ()
        kind = row.read("cooperation", partial(cells.choice, kind=StatementKind, language=language))
        for name in named:
            if name not in exact and name not in unknown:
                unknown.add(name)
                row.notice("audience", "ignored_type", name)
        if email and role and text:
            if len(statements[email, role]) >= STATEMENTS:
                row.wrong("text", "too_many_statements", cause=f"statements {email} {role}", most=STATEMENTS)
                continue
            statements[email, role].append(Statement(text=text, audience=frozenset(named) & exact, kind=kind))
    return statements


def _types_named(cell: Cell, exact: Collection[str], folded: Mapping[str, str]) -> tuple[str, ...]:
    """The types that a cell lists, those of the event by their own spelling."""
    names = tuple(dict.fromkeys(_split(cells.text(cell), SEPARATORS, exact)))
    if len(names) > AUDIENCE:
        raise UnexpectedError("too_many_types", most=AUDIENCE)
    return tuple(name if name in exact else folded.get(fold(name), name) for name in names)


def _split(text: str, separators: Sequence[str], exact: Collection[str]) -> list[str]:
    """The parts of a list; what is the name of a type as a whole is not split."""
    if text in exact or not separators:
        return [text]
    parts = [part.strip() for part in text.split(separators[0])]
    return [name for part in parts if part for name in _split(part, separators[1:], exact)]
