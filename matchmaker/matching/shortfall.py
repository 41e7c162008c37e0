"""Why somebody gets fewer proposed meetings than they should.

Apart from the proposals themselves, whose solver takes a while to import: whoever only reads a sentence needs none.
"""

from dataclasses import dataclass

from matchmaker.locale import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Somebody (an e-mail address) with fewer meetings than the minimum. `possible`: whom they can meet at all."""

    email: str
    got: int
    wanted: int
    possible: int

    def text(self, language: str) -> str:
        """Why they have too few, in the reader's language."""
        translated = catalogue(language)
        if self.possible == 0:
            return translated.gettext(
                "{got} of {wanted} meetings: there is nobody whom they can meet.", got=self.got, wanted=self.wanted
            )
        if self.possible < self.wanted:
            return translated.ngettext(
                "{got} of {wanted} meetings: there is only {n} person whom they can meet.",
                "{got} of {wanted} meetings: there are only {n} people whom they can meet.",
                self.possible,
                got=self.got,
                wanted=self.wanted,
            )
        return translated.gettext(
            "{got} of {wanted} meetings: limits, free slots and tables leave no room for more.",
            got=self.got,
            wanted=self.wanted,
        )
