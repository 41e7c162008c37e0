"""The process that reads one uploaded file, `python -m api.imports.parse`; `api.imports.reader` starts and ends it.

The pickled arguments come in on standard input, the pickled outcome goes out on standard output. Whatever a file does
to this process, through its memory, its time or a fault of a parser, ends here.
"""

import os
import pickle
import resource
import sys
import traceback
from hashlib import sha256

MEGABYTES = 1500
CPU_SECONDS = 40


def main() -> None:
    """Read one file: "read" and the parts of a `ParsedFile`, "errors" and them, or "failed" and where."""
    _limit()
    data, filename, language, themes, types = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started it
    from matchmaker.intake import IntakeErrors, read_file

    outcome: tuple[str, object]
    try:
        reading = read_file(data, filename, language, themes, types)
        languages = _languages(reading.event.people)
        outcome = "read", (reading.event, reading.notices, languages, sha256(data).digest())
    except IntakeErrors as errors:
        outcome = "errors", errors
    except Exception as error:
        # without the message: it may quote the file
        where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        outcome = "failed", (type(error).__name__, where[-3:])
    sys.stdout.buffer.write(pickle.dumps(outcome))


def _limit() -> None:
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    if sys.platform == "linux":  # elsewhere the kernel refuses or ignores it
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))


def _languages(people: object) -> dict[str, str | None]:
    """The language of every offer and need."""
    from matchmaker.event import Profile
    from matchmaker.matching.language import detect

    assert isinstance(people, tuple)
    profiles: tuple[Profile, ...] = people
    texts = list(dict.fromkeys(each.text for person in profiles for each in (*person.offers, *person.needs)))
    return dict(zip(texts, detect(texts), strict=True)) if texts else {}


if __name__ == "__main__":
    main()
