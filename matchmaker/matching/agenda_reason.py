"""Why two people meet, in one sentence for their agendas."""

from collections.abc import Mapping, Sequence
from textwrap import shorten

from matchmaker.matching.match import Labels, MatchReason

LIKELY = 0.5
"""An agenda claims that an offer serves a need only where that is more probable than not."""
_QUOTED = {"en": "{name}: “{text}”", "fr": "{name}\u00a0: «\u00a0{text}\u00a0»", "nl": "{name}: “{text}”"}


def why(
    fits: Mapping[str, str] | None, asked_by: str, message: str, shared: Sequence[str], labels: Labels
) -> Mapping[str, str]:
    """The sentence by language ("en", "fr", "nl"), or an empty mapping where nothing is known.

    The first there is of: `fits`, what one offers that the other needs; the `message` with which `asked_by` (a name)
    asked for the meeting; the codes of the themes they have in common, which `labels` names by code and language.
    """
    if fits:
        return fits
    if message.strip():
        text = shorten(message, 200, placeholder=" …")
        return {language: form.format(name=asked_by, text=text) for language, form in _QUOTED.items()}
    if shared:
        common = MatchReason(kind="themes", strength=1.0, themes=tuple(shared))
        return {language: common.text(language, labels) for language in _QUOTED}
    return {}
