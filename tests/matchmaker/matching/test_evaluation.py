"""Claims about the evaluation, and the quality that the default model must keep on pairs it was not tuned on."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matchmaker.matching.corpus import CorpusPair, pairs
from matchmaker.matching.embedding import default_embedder, embedder_named
from matchmaker.matching.evaluation import calibration_error, evaluate_pairs, random_ranking, read_pairs
from matchmaker.matching.popularity import gini


def test_pairs_that_share_all_their_words_rank_first() -> None:
    same = [replace(pair, offer=pair.need, offer_lang=pair.need_lang) for pair in pairs("tune")[:20]]
    result = evaluate_pairs(same, embedder_named("characters"))
    assert (result.mrr, result.recall_1, result.mrr_same, result.reciprocity) == (1, 1, 1, 1)
    assert np.isnan(result.mrr_cross)


def test_an_offer_written_twice_is_one_offer() -> None:
    first = pairs("tune")[0]
    twice = [first, replace(first, need="Where is " + first.need), pairs("tune")[1]]
    assert evaluate_pairs(twice, embedder_named("characters")).mrr <= 1
    same = [replace(first, need=first.offer, need_lang=first.offer_lang)] * 3
    assert evaluate_pairs(same, embedder_named("characters")).mrr == 1


def test_the_file_may_hold_more_than_is_read(tmp_path: Path) -> None:
    file = tmp_path / "pairs.json"
    file.write_text(json.dumps([{"need": "a", "need_lang": "en", "offer": "b", "offer_lang": "fr", "more": 1}]))
    assert read_pairs(file)[0].offer == "b"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "no JSON"),
        ("{}", "expected a list"),
        ("[]", "one at least"),
        ('[{"need": "a"}, 3]', "pair 1: expected text in 'offer'"),
        ('[{"need": " ", "need_lang": "en", "offer": "b", "offer_lang": "fr"}]', "pair 1: expected text in 'need'"),
    ],
)
def test_a_wrong_file_is_refused_with_every_place(tmp_path: Path, content: str, expected: str) -> None:
    file = tmp_path / "pairs.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=expected):
        read_pairs(file)
    if "3]" in content:
        with pytest.raises(ValueError, match="pair 2: expected text in 'need'"):
            read_pairs(file)


def test_no_pairs_cannot_be_evaluated() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        evaluate_pairs([], embedder_named("characters"))


def test_perfect_probabilities_have_no_error_and_false_ones_have() -> None:
    true = np.eye(50, dtype=np.float32)
    assert calibration_error(true) == 0
    assert calibration_error(1 - true) > 0.9


def test_the_gini_coefficient_knows_its_ends() -> None:
    assert gini(np.array([5, 5, 5])) == 0
    assert gini(np.array([0] * 99 + [10])) == pytest.approx(0.99)
    assert gini(np.zeros(3, dtype=int)) == 0
    assert random_ranking(3) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


@pytest.fixture(scope="module")
def held_out() -> tuple[CorpusPair, ...]:
    return pairs("held-out")


def test_the_default_finds_offers_across_languages(held_out: tuple[CorpusPair, ...]) -> None:
    calibrated = evaluate_pairs(held_out, default_embedder())
    raw = evaluate_pairs(held_out, default_embedder(), "cosine")
    keywords = evaluate_pairs(held_out, embedder_named("characters"))
    assert calibrated.mrr >= 0.80
    assert calibrated.mrr_cross >= raw.mrr_cross + 0.08
    assert calibrated.mrr_cross >= keywords.mrr_cross + 0.25
    assert calibrated.calibration_error <= 0.02


def test_calibration_gains_with_use_too(held_out: tuple[CorpusPair, ...]) -> None:
    calibrated, raw = (evaluate_pairs(held_out, embedder_named("use"), method) for method in ("calibrated", "cosine"))
    assert calibrated.mrr >= max(raw.mrr + 0.02, 0.61)
