"""Claims about the reranker: what a chat server is asked and believed, and what a judgement can move."""

import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.event import Profile, Statement
from matchmaker.matching.chat_server import (
    REASON_LENGTH,
    ChatServer,
    chat_server_named,
    input_tokens,
    judgement_in,
    message_of,
    plain_reason,
)
from matchmaker.matching.model_server import ModelServerError
from matchmaker.matching.reranking import (
    FAILURES,
    LENGTH,
    MOST,
    NOTICES,
    UNUSABLE,
    Judgement,
    TextPair,
    judge_pairs,
    notice_text,
    person_texts,
    standings_by_judgement,
)
from tests.chat import ChatServerOfTests, chat_server, fitting


def person(*offers: str, needs: tuple[str, ...] = ()) -> Profile:
    return Profile(
        email="ann@example.org",
        first_name="Ann",
        last_name="Dubois",
        organisation="Aurora",
        country="BE",
        type="start-up",
        offers=tuple(Statement(text=text) for text in offers),
        needs=tuple(Statement(text=text) for text in needs),
    )


def texts(*offers: str) -> str:
    read = person_texts(person(*offers))
    assert read is not None
    return read


PAIR = TextPair(texts("Sterile vials"), texts("Seed money"), "fr")


@pytest.fixture
def server() -> Iterator[ChatServerOfTests]:
    with chat_server() as server:
        yield server


def client(server: ChatServerOfTests, **options: float) -> ChatServer:
    return ChatServer(server.url, "m", key="secret", **{"retries": 1, "pause": 0.01, "timeout": 5} | options)  # type: ignore[arg-type]


def test_a_server_is_asked_about_one_pair_as_data_and_in_the_language_of_the_reader(server: ChatServerOfTests) -> None:
    server.answer = lambda _: fitting(80, "Leurs capitaux servent vos flacons.")
    assert client(server).judge(PAIR) == Judgement(0.8, "Leurs capitaux servent vos flacons.")
    (request,) = server.requests
    assert (request["path"], request["authorization"]) == ("/v1/chat/completions", "Bearer secret")
    assert (request["model"], request["temperature"]) == ("m", 0)
    assert request["response_format"]["json_schema"]["schema"]["required"] == ["fits", "reason"]
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert "never instructions" in request["messages"][0]["content"]
    assert server.pairs == [
        {
            "language": "french",
            "reader": {"type": "start-up", "needs": [], "offers": ["Sterile vials"]},
            "other": {"type": "start-up", "needs": [], "offers": ["Seed money"]},
        }
    ]


def test_neither_names_nor_organisations_nor_addresses_are_sent() -> None:
    read = person_texts(person("Vials"))
    assert read is not None
    for private in ("Ann", "Dubois", "Aurora", "example.org"):
        assert private not in read


def test_who_wrote_nothing_is_not_read_and_who_wrote_a_book_is_clipped() -> None:
    assert person_texts(person()) is None
    read = json.loads(texts("a" * 1500, "b " * 1000, "c"))
    assert list(map(len, read["offers"])) == [1500, LENGTH - 1500]


@given(st.text(), st.text())
def test_no_text_leaves_its_place_in_the_message(one: str, other: str) -> None:
    needs = tuple(filter(None, [other]))
    reader = person_texts(person(*filter(None, [one]), needs=needs))
    if reader is None:
        return
    message = json.loads(message_of(TextPair(reader, PAIR.other, "nl")))
    assert message.keys() == {"language", "reader", "other"}
    assert message["other"] == json.loads(PAIR.other)


@pytest.mark.parametrize(
    ("content", "fits"),
    [
        ('{"fits": 70, "reason": "Yes."}', 0.7),
        ('```json\n{"fits": 70.5, "reason": "Yes."}\n```', 0.705),
        ('<think>{"fits": 1} or so</think> {"fits": 70, "reason": "a {brace}"}', 0.7),
        ('{"fits": 900}', 1),
        ('{"fits": -3, "reason": 7}', 0),
        ('{"fits": ' + "9" * 400 + "}", 1),
        ('{"fits": true}', None),
        ('{"fits": "70"}', None),
        ('{"fits": NaN}', None),
        ('{"fits": Infinity}', None),
        ('{"reason": "Yes."}', None),
        ("[70]", None),
        ("70", None),
        ("", None),
        ("I would say 70.", None),
        ('{"a":' * 3000, None),
    ],
)
def test_only_a_number_from_0_to_100_is_a_judgement(content: str, fits: float | None) -> None:
    judgement = judgement_in(content)
    assert (judgement and judgement.fits) == (None if fits is None else pytest.approx(fits))


@given(st.text())
def test_whatever_a_model_answers_is_a_judgement_or_none(content: str) -> None:
    for each in (content, json.dumps({"fits": 10, "reason": content})):
        judgement = judgement_in(each)
        if judgement and judgement.reason is not None:
            assert 0 < len(judgement.reason) <= REASON_LENGTH
            assert judgement.reason.isprintable()


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("  They sell\n what you\tneed. ", "They sell what you need."),
        ("In vivo data, e.g. for 1.5 million euros", "In vivo data, e.g. for 1.5 million euros"),
        ("Vos \u202eflacons\x07 \x00stériles", "Vos flacons stériles"),
        ("See https://evil.example", None),
        ("See evil.example/now", None),
        ("See evil\uff0eexample", None),
        ("Write to ann@example.org", None),
        ("Click <a href=x>here</a>", None),
        ("<script>alert(1)</script>", None),
        ("...", None),
        ("", None),
        (["They fit."], None),
        (None, None),
    ],
)
def test_a_reason_is_one_line_of_plain_text_without_links(reason: object, shown: str | None) -> None:
    assert plain_reason(reason) == shown


def test_a_reason_that_is_too_long_is_cut_at_a_word() -> None:
    reason = plain_reason("They offer " + "sterile vials " * 30)
    assert reason is not None
    assert len(reason) <= REASON_LENGTH
    assert reason.endswith(("vials…", "sterile…"))


def test_a_server_without_schemas_is_asked_without(server: ChatServerOfTests) -> None:
    server.schemas = False
    judge = client(server)
    for _ in range(2):
        assert judge.judge(PAIR) == Judgement(0.5, "It fits.")
    assert ["response_format" in request for request in server.requests] == [True, False, False]


def test_a_passing_failure_is_tried_again_and_others_are_told_without_address_and_key(
    server: ChatServerOfTests,
) -> None:
    server.statuses = [503]
    assert client(server).judge(PAIR) is not None
    for statuses, told in (([401], "HTTP status 401"), ([503, 503], "HTTP status 503"), ([307], "HTTP status 307")):
        server.statuses = list(statuses)
        with pytest.raises(ModelServerError, match=told) as error:
            client(server).judge(PAIR)
        assert "127.0.0.1" not in str(error.value)
        assert "secret" not in str(error.value)
    server.answer = lambda _: "nonsense"
    with pytest.raises(ModelServerError, match="not of the form"):
        client(server).judge(PAIR)


def test_a_server_that_does_not_answer_in_time_is_a_failure(server: ChatServerOfTests) -> None:
    server.release.clear()
    with pytest.raises(ModelServerError, match="ReadTimeout"):
        client(server, timeout=0.1, retries=0).judge(PAIR)


@pytest.mark.parametrize("spec", ["m", "@http://host/v1", "m@ftp://host", "m@http://", ""])
def test_a_setting_of_another_form_is_refused_with_what_was_expected(spec: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        chat_server_named(spec)


def test_a_key_changes_with_all_that_decides_a_judgement() -> None:
    one, other = texts("Vials"), texts("Money")
    pairs = [TextPair(one, other, "fr"), TextPair(other, one, "fr"), TextPair(one, other, "nl")]
    judges = [chat_server_named(f"{model}@http://host/v1").name for model in ("a", "b")]
    assert len({pair.key(judge) for pair in pairs for judge in judges}) == 6
    assert pairs[0].key("a") == TextPair(texts("Vials"), texts("Money"), "fr").key("a")


def test_tokens_are_about_the_characters_sent_by_four() -> None:
    longer = TextPair(texts("Vials " * 100), PAIR.other, "fr")
    assert input_tokens(longer) - input_tokens(PAIR) == pytest.approx(590 / 4, abs=5)


def numbered(n: int) -> list[TextPair]:
    return [TextPair(texts(f"Offer {i}"), PAIR.other, "en") for i in range(n)]


def test_every_pair_is_read_once_and_handed_over_as_it_comes(server: ChatServerOfTests) -> None:
    saved: dict[TextPair, Judgement | None] = {}
    server.answer = lambda pair: fitting(int(pair["reader"]["offers"][0].split()[1]), "")
    reading = judge_pairs(client(server), numbered(30), saved.__setitem__)
    assert (reading.requests, reading.judgements, reading.notice) == (30, 30, None)
    assert [judgement and judgement.fits for judgement in map(saved.get, numbered(30))] == [i / 100 for i in range(30)]


def test_a_dead_server_is_asked_no_further_and_told(server: ChatServerOfTests) -> None:
    server.statuses = [500] * 1000
    reading = judge_pairs(client(server, retries=0), numbered(100), lambda *_: None)
    assert (reading.judgements, reading.notice) == (0, "failed")
    assert "HTTP status 500" in reading.detail
    assert len(server.requests) <= FAILURES + 4
    assert "HTTP status 500" in notice_text("failed", reading.detail, "fr")


def test_a_model_that_never_answers_as_asked_is_given_up(server: ChatServerOfTests) -> None:
    server.answer = lambda _: "As a language model, I cannot."
    kept: list[Judgement | None] = []
    reading = judge_pairs(client(server), numbered(100), lambda _, judgement: kept.append(judgement))
    assert (reading.judgements, reading.notice) == (0, "unusable")
    assert len(server.requests) <= UNUSABLE + 4
    assert set(kept) == {None}


def test_a_run_that_is_stopped_or_slow_ends_at_once_and_keeps_what_it_has(server: ChatServerOfTests) -> None:
    server.release.clear()
    for options in ({"stop": lambda: True}, {"patience": 0.2}):
        started = time.monotonic()
        reading = judge_pairs(client(server), numbered(10), lambda *_: None, **options)  # type: ignore[arg-type]
        assert time.monotonic() - started < 2
        assert (reading.stopped, reading.notice) == ((True, None) if "stop" in options else (False, "slow"))


def test_notices_are_told_in_every_language() -> None:
    for kind in NOTICES:
        assert len({notice_text(kind, "", language) for language in ("en", "fr", "nl", "de")}) == 4


def order(standings: list[float], judged: list[float | None]) -> list[int]:
    """The places of a list in their new order."""
    new = [standing if j is None else j for standing, j in zip(standings, judged, strict=True)]
    return sorted(range(len(new)), key=lambda place: -new[place])


def test_judgements_reorder_those_judged_and_nobody_else() -> None:
    scores = [0.9, 0.8, 0.7, 0.6, 0.5]
    judged = standings_by_judgement(scores, scores, scores, [0.1, None, 0.9, 0.9, None])
    assert [standing is None for standing in judged] == [False, True, False, False, True]
    assert order(scores, judged) == [2, 1, 3, 0, 4]
    assert standings_by_judgement(scores, scores, scores, [None] * 5) == [None] * 5
    assert standings_by_judgement([], [], [], []) == []


def test_the_price_of_popularity_stays_in_the_order() -> None:
    scores, standings = [0.8, 0.8], [0.8, 0.3]
    assert order(standings, standings_by_judgement(standings, scores, scores, [0.5, 0.6])) == [0, 1]


@given(
    st.lists(
        st.tuples(st.floats(0.02, 0.98), st.floats(0.02, 0.98)), min_size=2, max_size=12, unique_by=lambda x: x[0]
    ),
    st.data(),
)
def test_one_judgement_moves_its_own_pair_by_so_much_at_most(
    rows: list[tuple[float, float]], data: st.DataObject
) -> None:
    """The others keep their order, and nobody is passed who stands further above than a judgement can move."""
    rows.sort(reverse=True)
    scores: list[float] = [score for score, _ in rows]
    fits: list[float | None] = [fit for _, fit in rows]
    target = data.draw(st.integers(0, len(rows) - 1))
    before = order(scores, standings_by_judgement(scores, scores, scores, fits))
    fits[target] = 1.0
    after = order(scores, standings_by_judgement(scores, scores, scores, fits))
    assert [i for i in before if i != target] == [i for i in after if i != target]
    assert after.index(target) <= before.index(target)
    far = 1 / (1 + (1 / scores[target] - 1) / 2.718281828 ** (2 * MOST))
    assert all(after.index(i) < after.index(target) for i in range(target) if scores[i] > far + 1e-6)
