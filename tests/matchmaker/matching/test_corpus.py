import re
import unicodedata
from collections import Counter

from matchmaker.event import TextRole
from matchmaker.matching.corpus import background, pairs
from matchmaker.sample import biowin_day

LANGUAGES = ("en", "fr", "nl")


def stems(text: str) -> set[str]:
    """The first five letters of every word of four or more, without accents."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return {word[:5] for word in re.findall(r"[a-z0-9]{4,}", plain)}


def test_the_pairs_are_spread_evenly_over_the_nine_language_combinations_and_both_splits() -> None:
    combinations = Counter((p.need_lang, p.offer_lang, p.split) for p in pairs())
    assert set(combinations) == {(n, o, s) for n in LANGUAGES for o in LANGUAGES for s in ("tune", "held-out")}
    assert len(pairs()) >= 180
    assert max(combinations.values()) - min(combinations.values()) <= 1


def test_the_splits_are_disjoint_and_together_all_pairs() -> None:
    tune, held_out = pairs("tune"), pairs("held-out")
    assert sorted((*tune, *held_out), key=repr) == sorted(pairs(), key=repr)
    assert not {t for p in tune for t in (p.need, p.offer)} & {t for p in held_out for t in (p.need, p.offer)}


def test_no_text_of_the_pairs_occurs_twice() -> None:
    texts = [t for p in pairs() for t in (p.need, p.offer)]
    assert len(set(texts)) == len(texts)


def test_half_of_the_pairs_share_no_word_stem_in_either_split() -> None:
    for split in ("tune", "held-out"):
        apart = [not stems(p.need) & stems(p.offer) for p in pairs(split)]
        assert 0.5 <= sum(apart) / len(apart) <= 0.7


def test_no_foreign_offer_looks_by_its_words_like_the_answer_to_a_need() -> None:
    for pair in pairs():
        own = len(stems(pair.need) & stems(pair.offer))
        for other in pairs():
            if other is not pair:
                assert len(stems(pair.need) & stems(other.offer)) <= own + 3, (pair.need, other.offer)


def test_half_of_the_pairs_are_from_other_fields_than_health() -> None:
    fields = Counter(p.field for p in pairs())
    assert fields["health"] == len(pairs()) / 2
    assert len(fields) > 8


def test_the_texts_are_as_long_as_people_write_them() -> None:
    assert all(8 <= len(t.split()) <= 30 for p in pairs() for t in (p.need, p.offer))


def test_the_background_holds_hundreds_of_different_sentences_for_each_role_and_language() -> None:
    texts = background()
    assert set(texts) == {(role, language) for role in TextRole for language in (*LANGUAGES, "de")}
    assert all(len(set(sentences)) == len(sentences) >= 300 for sentences in texts.values())


def test_nothing_that_is_measured_is_part_of_the_background() -> None:
    known = {t for sentences in background().values() for t in sentences}
    measured = {t for p in pairs() for t in (p.need, p.offer)}
    event = {s.text for p in biowin_day().people for s in (*p.offers, *p.needs)}
    assert not known & measured
    assert not known & event
    assert not measured & event
