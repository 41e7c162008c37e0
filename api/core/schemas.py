"""What several areas share: pages of lists, languages, colours, problems."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from matchmaker.locale import LANGUAGES
from matchmaker.text import LINE_PATTERN, NAME_LENGTH, PROSE_LENGTH, PROSE_PATTERN, is_visible

Number = Annotated[int, Field(ge=1, lt=2**53, description="The number of a row.")]
if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[LANGUAGES]
Texts = Annotated[dict[str, str], Field(examples=[{"en": "Drug delivery", "fr": "Administration", "nl": "Toediening"}])]


def _visible(text: str) -> str:
    if not is_visible(text):
        raise ValueError("these characters are invisible")
    return text


def _line_feeds(text: object) -> object:
    return text.replace("\r\n", "\n") if isinstance(text, str) else text


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=NAME_LENGTH, pattern=LINE_PATTERN)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH, pattern=LINE_PATTERN),
    AfterValidator(_visible),
]
Prose = Annotated[
    str,
    BeforeValidator(_line_feeds),
    StringConstraints(strip_whitespace=True, max_length=PROSE_LENGTH, pattern=PROSE_PATTERN),
]
StatementText = Annotated[
    str,
    BeforeValidator(_line_feeds),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=PROSE_LENGTH, pattern=PROSE_PATTERN),
    AfterValidator(_visible),
]


class Model(BaseModel):
    """Unknown fields in what is sent are an error: a typing error in a field's name is not silently dropped."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Page(Model):
    """A part of a list: `total` counts the whole."""

    total: int
    limit: int
    offset: int


class ProblemDetail(Model):
    """What went wrong (RFC 9457). `code` is for programs, `title` for people, in the language of Accept-Language.

    `detail` is for those who write clients, in English; `errors` names each place that is not as it should be.
    """

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such event, or you take no part in it."])
    code: str = Field(examples=["not-found"])
    errors: list[dict[str, Any]] | None = None


Search = Annotated[
    str,
    Field(max_length=200, description="Words to find, whatever their case and accents; at most eight."),
]
