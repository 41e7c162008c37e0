import hashlib
import json
from dataclasses import asdict

from matchmaker.event import Event


def digest(event: Event) -> str:
    """SHA-256 of everything in an event."""
    text = json.dumps(asdict(event), default=lambda v: sorted(v) if isinstance(v, frozenset) else str(v))
    return hashlib.sha256(text.encode()).hexdigest()
