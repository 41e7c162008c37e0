"""Text as searches compare it: no difference of case, accent or punctuation."""

import re
import unicodedata

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def folded(text: str) -> str:
    """Lower case, without accents, words parted by single spaces: "CAR-T à l'Hôpital" gives "car t a l hopital"."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(LIGATURES)
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c))))
