"""What a text about capital says of its stage and amount: "Series A, 2 to 4 M€ sought", "tickets de 300 000 euros".

Read from the text by rules, in English, French, Dutch and German; a text that says neither is not judged by either.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import combining, normalize

from matchmaker.text import fold


class Stage(StrEnum):
    """How far a young firm is; investors name the stages that they enter at."""

    SEED = "seed"
    SERIES_A = "series a"
    GROWTH = "growth"


AMOUNTS = (0.25, 1.0, 3.0, 10.0)
"""Where one class of amounts ends and the next begins, in millions of euro."""
WRITTEN_OUT = 1000.0
"""A number from here on is in euro, whatever unit follows the other end of its range."""
LARGEST = 50.0
"""More than this, in millions, is the size of a fund and not of a ticket."""

_STAGES = {
    Stage.SEED: r"\b(?:pre-?)?seed\b|\bamorcage\b|\bzaai\w*|\b(?:first|premiers?) (?:cheques?|tickets?)\b"
    r"|\beerste tickets?\b|\berstinvestments?\b|\bspin-?(?:off|out)\b|\bausgrundung\w*|\bstartkapital\b",
    Stage.SERIES_A: r"\bserie?s? a\b",
    Stage.GROWTH: r"\bgrowth\b|\bcroissance\b|\bserie?s? [bc]\b|\bgroeikapitaal\b|\bwachstums\w*|\bbuy-?outs?\b"
    r"|\bscale-?ups?\b|\bfirst sales\b|\beerste omzet\b|\berste\w* umsatz\w*",
}
_MONEY = re.compile(
    r"\b(?:\w*invest\w*|serie?s? [abc]\b|seed|capital|kapita\w*|fund\w*|fonds\w*|ticket\w*|cheque\w*|rais\w*|levee?"
    r"|round|ronde|tour de table|runde|equity|beteilig\w*|bridge|pont|brug|venture|convertible|converti\w*|syndicat\w*"
    r"|lead|data ?room|financ\w*|finanz\w*|money|argent|geld)\b"
)
_THOUSANDS = ("k", "thousand", "mille", "duizend", "tausend")
_NUMBER = r"\d{1,3}(?:[ .,']\d{3})+|\d+(?:[.,]\d+)?"
_UNIT = r"k\b|k€|thousand|mille|duizend|tausend|m€|mn\b|mio\b|m\b|million\w*|miljoen|euros?\b|€"
_AMOUNT = re.compile(
    rf"(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})?(?P<range>\s*(?:to|a|tot|bis|-|–|et|en|und|and)\s+(?=\d))?"
)
_FUND = re.compile(r"\b(?:fund|\w*fonds)\b[^.;:]{0,20}?\(?(?:of |de |van |mit |von )?\(?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capital:
    """The stages named, and the classes of amount (places among `AMOUNTS`, and one beyond) from least to most."""

    stages: frozenset[Stage]
    amounts: frozenset[int]


NOTHING = Capital(stages=frozenset(), amounts=frozenset())


def capital_of(text: str) -> Capital:
    """What a text says of stage and amount; nothing where it is not about capital."""
    plain = fold(text)
    if not _MONEY.search(plain):
        return NOTHING
    stages = frozenset(stage for stage, pattern in _STAGES.items() if re.search(pattern, plain))
    amounts = _amounts("".join(c for c in normalize("NFKD", text.casefold()) if not combining(c)))
    if not amounts:
        return Capital(stages=stages, amounts=frozenset())
    lowest, highest = (sum(amount > limit for limit in AMOUNTS) for amount in (min(amounts), max(amounts)))
    return Capital(stages=stages, amounts=frozenset(range(lowest, highest + 1)))


def _amounts(text: str) -> list[float]:
    """The amounts in a text, in millions of euro: a number without a unit takes that of the next in its range."""
    amounts: list[float] = []
    waiting: list[float] = []
    for match in _AMOUNT.finditer(text):
        number = _number(match["number"])
        if match["unit"] is None:
            waiting = [*waiting, number] if match["range"] else []
            continue
        scale = _scale(match["unit"])
        if not _FUND.search(text[: match.start()]):
            amounts += [number * scale, *(each * (1e-6 if each >= WRITTEN_OUT else scale) for each in waiting)]
        waiting = []
    return [amount for amount in amounts if 0.005 <= amount <= LARGEST]


def _scale(unit: str) -> float:
    """Millions of euro to one of a unit."""
    if unit.startswith(("euro", "€")):
        return 1e-6
    return 1e-3 if unit.startswith(_THOUSANDS) else 1.0


def _number(written: str) -> float:
    """1 500 000, 1.500.000, 1,5 and 1.5 as people write them."""
    if re.fullmatch(r"\d{1,3}(?:[ .,']\d{3})+", written):
        return float(re.sub(r"\D", "", written))
    return float(written.replace(",", "."))
