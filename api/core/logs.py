"""What the service writes about itself: lines for people on a terminal, JSON for machines. No personal data."""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import structlog

Event = MutableMapping[str, Any]


def configure(requests: bool = True) -> None:
    """Log to the standard error stream, other libraries' warnings included, and a line for each of the `requests`."""
    shared: list[Any] = [
        *([] if requests else [_without_requests]),
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _describe_exception,
    ]
    render = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, render],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_first_line_of_asyncio, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _describe_exception(_logger: object, _method: str, event: Event) -> Event:
    """Name the exception and where it was raised, and leave out its message, which may quote an address or a row."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_descriptions(error))
    return event


def _descriptions(error: BaseException) -> Iterator[str]:
    """A line for the exception, and one for each that it came from."""
    current: BaseException | None = error
    described: set[int] = set()
    while current is not None and id(current) not in described:
        described.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)
        places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        yield f"{type(current).__module__}.{type(current).__qualname__}: {' > '.join(places)}"
        if isinstance(current, BaseExceptionGroup):
            for part in current.exceptions:
                yield from _descriptions(part)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _first_line_of_asyncio(_logger: object, _method: str, event: Event) -> Event:
    """What follows quotes the exception of a task that nobody waited for."""
    if event["_record"].name == "asyncio":
        event["event"] = event["event"].partition("\n")[0]
    return event


def _without_requests(_logger: object, _method: str, event: Event) -> Event:
    if event["event"] == "answered":
        raise structlog.DropEvent
    return event
