"""What each model makes of the background corpus: shipped for the bundled models, computed once for any other.

python -m matchmaker.matching.background e5+words e5 use      writes the files that are shipped
"""

import re
import sys
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np

from matchmaker.event import TextRole
from matchmaker.matching import corpus
from matchmaker.matching.calibration import Background, Floats, Space
from matchmaker.matching.embedding import Cached, Embedder, VectorCache, embedder_named
from matchmaker.matching.embedding.protocol import unit

FOLDER = Path(__file__).parent / "embedding" / "backgrounds"
FALSE_PER_TRUE = 100
"""The curve gives the probability that an offer serves a need where one offer in about a hundred does."""

_computed: dict[str, Background] = {}


def background_of(embedder: Embedder, cache: VectorCache | None = None) -> Background:
    """The shipped background of a bundled model; for any other, computed at its first use from some 2,000 texts.

    Raises:
        EmbeddingError: the model cannot be had.
    """
    path = FOLDER / f"{_slug(embedder.name)}.npz"
    if path.exists():
        return _read(path)
    if embedder.name not in _computed:
        _computed[embedder.name] = computed(Cached(embedder, cache))
    return _computed[embedder.name]


def computed(embedder: Embedder) -> Background:
    """Means and centred texts of the background corpus, and the curve from the pairs set apart for validation."""
    texts = corpus.background()
    languages = tuple(sorted({language for _, language in texts}))
    raw = {key: embedder.embed(sentences, key[0]) for key, sentences in texts.items()}
    means = np.stack([[raw[role, language].mean(axis=0) for language in languages] for role in TextRole])
    rows = {
        role: np.vstack([unit(raw[role, language] - raw[role, language].mean(axis=0)) for language in languages])
        for role in TextRole
    }
    flat = Background(languages, means, rows[TextRole.NEED], rows[TextRole.OFFER], slope=1, intercept=0)
    pairs = corpus.validation()
    space = Space.of(
        embedder.embed([pair.need for pair in pairs], TextRole.NEED),
        [pair.need_lang for pair in pairs],
        embedder.embed([pair.offer for pair in pairs], TextRole.OFFER),
        [pair.offer_lang for pair in pairs],
        flat,
    )
    slope, intercept = curve(space.needs @ space.offers.T)
    return Background(languages, means, flat.needs, flat.offers, slope, intercept)


def curve(similar: Floats) -> tuple[float, float]:
    """Slope and intercept of the logistic curve for similarities (needs, offers) whose diagonal is true."""
    from sklearn.linear_model import LogisticRegression

    true = np.eye(len(similar), dtype=bool).ravel()
    weights = np.where(true, 1.0, FALSE_PER_TRUE / (len(similar) - 1))
    fit = LogisticRegression(C=1e4).fit(similar.reshape(-1, 1), true, sample_weight=weights)
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])


def packed(background: Background) -> bytes:
    """The background as a compressed file; half precision is plenty for means and neighbours."""
    file = BytesIO()
    np.savez_compressed(
        file,
        languages=np.array(background.languages),
        means=background.means.astype(np.float16),
        needs=background.needs.astype(np.float16),
        offers=background.offers.astype(np.float16),
        curve=np.array([background.slope, background.intercept]),
    )
    return file.getvalue()


@lru_cache(maxsize=4)
def _read(path: Path) -> Background:
    with np.load(path, allow_pickle=False) as stored:
        return Background(
            languages=tuple(str(language) for language in stored["languages"]),
            means=stored["means"].astype(np.float32),
            needs=stored["needs"].astype(np.float32),
            offers=stored["offers"].astype(np.float32),
            slope=float(stored["curve"][0]),
            intercept=float(stored["curve"][1]),
        )


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.+]+", "-", name)


def main(specs: list[str]) -> None:
    """Write the file of each embedder named."""
    FOLDER.mkdir(exist_ok=True)
    for spec in specs:
        embedder = embedder_named(spec)
        path = FOLDER / f"{_slug(embedder.name)}.npz"
        path.write_bytes(packed(computed(embedder)))
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
