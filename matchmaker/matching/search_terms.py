"""What a search looks for, word by word, and how much each word weighs."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matchmaker.matching.stop_words import STOP_WORDS
from matchmaker.text import fold

MAX_WORDS = 8
MIN_PREFIX = 4
"""A word being typed finds longer ones from so many letters on; with fewer, too many begin like it."""
MIN_NAME_PREFIX = 3
MIN_FULL_NAME_PREFIX = 2
"""The same for names: a word alone, and one that follows others of the same name ("Gert Ma"). "AI" is not Aileen."""
MIN_JOINED = 5
"""A hyphenated word of so many letters is also written as one ("start-up", "startup"); "cart" is not CAR-T."""
_HYPHENATED = re.compile(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)+")
_APOSTROPHE = re.compile(r"['’ʼ]")
_ELIDED = frozenset(["c", "d", "j", "l", "m", "n", "qu", "s", "t"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word as it is looked for in folded texts that have a space before and after each word.

    `tokens` stand next to each other ("CAR-T": car, t), or are written as one, `joined`. The last word of a search is
    `unfinished` as long as no space follows it. `word` is what was typed.
    """

    word: str
    tokens: tuple[str, ...]
    joined: str = ""
    unfinished: bool = False

    @property
    def whole(self) -> list[str]:
        """Each of its spellings as whole words; one of them has to stand in a text."""
        return [f" {spelling} " for spelling in (" ".join(self.tokens), self.joined) if spelling]

    @property
    def begun(self) -> list[str]:
        """The same as the beginnings of words, where it may be one."""
        long_enough = self.joined or len(self.tokens[-1]) >= MIN_PREFIX
        return [pattern[:-1] for pattern in self.whole] if self.unfinished and long_enough else []

    @property
    def patterns(self) -> list[str]:
        """What to look for in a text, one of it: beginnings of words where it may be one, or else whole words."""
        return self.begun or self.whole

    @property
    def whole_in_name(self) -> list[str]:
        """What has to stand in a name, all of it in any order."""
        return [f" {token} " for token in self.tokens]

    def begun_in_name(self, shortest: int) -> list[str]:
        """The same with the last as the beginning of a word, if it has `shortest` letters; else empty."""
        if not self.unfinished or len("".join(self.tokens)) < shortest:
            return []
        return [*self.whole_in_name[:-1], f" {self.tokens[-1]}"]


def terms_of(search: str) -> tuple[Term, ...]:
    """The first `MAX_WORDS` words of a search, without repetitions.

    Words of grammar count only where there is nothing else, as the word being typed ("Gert Ma"), or as abbreviations
    ("WHO" in a search that is not all capitals). A lone letter belongs to the word before it ("CAR T", "vitamin D").
    """
    unfinished = not search[-1:].isspace()
    words = [word for word in search.replace("\x00", " ").split() if fold(word)]
    last = len(words) - 1
    every = [_term(word, unfinished and i == last) for i, word in enumerate(words[:MAX_WORDS])]
    terms: list[Term] = []
    for term in every:
        if _is_grammar(term, search):
            continue
        if terms and len(term.tokens) == 1 and len(term.tokens[0]) == 1 and term.tokens[0].isalpha():
            tokens = terms[-1].tokens + term.tokens
            terms[-1] = Term(word=f"{terms[-1].word} {term.word}", tokens=tokens, unfinished=term.unfinished)
        else:
            terms.append(term)
    return tuple({term.tokens: term for term in terms or every}.values())


def in_name(terms: Sequence[Term]) -> list[str]:
    """What stands in the folded name, with a space before and after each word, of somebody whom all terms name."""
    shortest = MIN_NAME_PREFIX if len(terms) == 1 else MIN_FULL_NAME_PREFIX
    return [pattern for term in terms for pattern in term.begun_in_name(shortest) or term.whole_in_name]


def joined_spellings(text: str) -> list[str]:
    """The hyphenated words of a text in one ("startup" for "start-up"), folded, in their order."""
    return [joined for match in _HYPHENATED.findall(text) if (joined := _joined(fold(match).split()))]


def weight_of(term: Term, frequency: int, people: int) -> float:
    """How much a term weighs that `frequency` of the `people` have.

    The inverse document frequency of BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
    Beyond", 2009), with the 1 that keeps it positive, for each of its words but those of grammar. What nobody has
    counts half of what a single person has: it says that something is missing, but finds nobody.
    """
    known = max(frequency, 1)
    rarity = math.log(1 + (max(people, known) - known + 0.5) / (known + 0.5))
    words = sum(token not in STOP_WORDS for token in term.tokens) or 1
    return rarity * words * (1 if frequency else 0.5)


def _term(word: str, unfinished: bool) -> Term:
    tokens = fold(word).split()
    if _APOSTROPHE.search(word):  # l'INAMI, Alzheimer's
        rest = [token for token in tokens if token not in _ELIDED]
        tokens = rest if len("".join(rest)) >= MIN_FULL_NAME_PREFIX else tokens
    joined = _joined(tokens) if _HYPHENATED.search(word) else ""
    return Term(word=word, tokens=tuple(tokens), joined=joined, unfinished=unfinished)


def _joined(tokens: Iterable[str]) -> str:
    joined = "".join(tokens)
    return joined if len(joined) >= MIN_JOINED else ""


def _is_grammar(term: Term, search: str) -> bool:
    abbreviation = term.word.isupper() and not search.isupper()
    return " ".join(term.tokens) in STOP_WORDS and not abbreviation and not term.unfinished
