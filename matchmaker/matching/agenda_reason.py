"""Why two people meet, in one sentence for their agendas."""

from collections.abc import Mapping, Sequence
from textwrap import shorten

from matchmaker.locale import catalogue, in_every_language
from matchmaker.matching.match import LIKELY, Labels, MatchReason

__all__ = ["LIKELY", "why"]


def why(
    fits: Mapping[str, str] | None, asked_by: str, message: str, shared: Sequence[str], labels: Labels
) -> Mapping[str, str]:
    """The sentence by language, or an empty mapping where nothing is known.

    The first there is of: `fits`, what one offers that the other needs; the `message` with which `asked_by` (a name)
    asked for the meeting; the codes of the themes they have in common, which `labels` names by code and language.
    """
    if fits:
        return fits
    if message.strip():
        quoted = shorten(message, 200, placeholder=" …")
        return in_every_language(
            lambda language: catalogue(language).gettext("{name}: “{text}”", name=asked_by, text=quoted)
        )
    if shared:
        common = MatchReason(kind="themes", strength=1.0, themes=tuple(shared))
        return in_every_language(lambda language: common.text(language, labels))
    return {}
