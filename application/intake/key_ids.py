"""Which key a body is sealed under: that of whom it is about and that of the day it came, or of the day alone.

So two things can be destroyed on their own: all there is of one person, and all that came on one day.
"""

from datetime import date, datetime

from ports.vault import JOINT

#: Keys of days, for bodies that are about nobody known.
NAMELESS = "epoch:"
#: Keys of days, for bodies that are about somebody; they need his key too.
DATED = "day:"


def body_key(about: str | None, received_at: datetime) -> str:
    """Return the key id for a body about a surrogate, or about nobody."""
    day = received_at.date().isoformat()
    return f"{NAMELESS}{day}" if about is None else f"{about}{JOINT}{DATED}{day}"


def subject_of(key_id: str) -> str | None:
    """Return the surrogate of whom a body is about, None for nobody. Bodies of older versions have no day."""
    return None if key_id.startswith(NAMELESS) else key_id.partition(JOINT)[0] or None


def day_of(key_id: str) -> date:
    """Return the day of a key id that begins with `NAMELESS` or `DATED`. Errors: `ValueError` for any other."""
    return date.fromisoformat(key_id.partition(":")[2])
