"""The rules by which links make persons: one frozen, versioned value. All figures are defaults of ours."""

import re
from collections.abc import Mapping
from datetime import timedelta

from attrs import field, frozen

#: Values that many people share, so they identify nobody. Compared trimmed and in lower case.
_BLOCKED_LITERALS = frozenset(
    {"", "null", "none", "undefined", "nan", "anonymous", "guest", "test", "unknown", "-1", "void", "[object object]"}
)
#: Nothing but zeros and dashes, an advertising id that was switched off included.
_BLOCKED_PATTERN = r"[0\-]*"


@frozen
class Limit:
    """At most `count` identifiers of a kind in one person: ever, or linked within `window` of each other."""

    count: int
    window: timedelta | None = None


_LIMITS = {
    "account": Limit(1),
    "loyalty": Limit(2),
    "email": Limit(5, timedelta(days=365)),
    "phone": Limit(3, timedelta(days=365)),
    "device": Limit(8, timedelta(days=365)),
    "anonymous": Limit(60, timedelta(days=90)),
    "session": Limit(200, timedelta(days=90)),
}
_STRENGTHS = {
    "sign_up": 90,
    "login": 90,
    "loyalty_scan": 80,
    "order": 70,
    "email_click": 60,
    "guest_checkout": 50,
    "same_device": 40,
    "same_session": 30,
}
_DEGREE_CAP = 50
#: A session has one device and one login; a token with many more is not a token.
_SESSION_DEGREE_CAP = 8


@frozen
class IdentityPolicy:
    """`strengths`: by kind of link; a kind that is not named never joins (only deterministic evidence does).

    `degree_caps`: an identifier with more neighbours than this identifies nobody. Accounts and loyalty cards have
    none: the shop issued them, and a loyal customer outlives fifty cookies.
    `bound_within`: an identifier of such a kind joins only what was seen with it this soon after its own first sight:
    a session token stands for one session (no session is longer), and for nothing after it.
    """

    version: str = "identity-1"
    limits: Mapping[str, Limit] = _LIMITS
    strengths: Mapping[str, int] = _STRENGTHS
    degree_caps: Mapping[str, int] = {
        **dict.fromkeys(("email", "phone", "device", "anonymous"), _DEGREE_CAP),
        "session": _SESSION_DEGREE_CAP,
    }
    bound_within: Mapping[str, timedelta] = {"session": timedelta(hours=12)}
    never_linked: frozenset[str] = frozenset({"kiosk", "ip", "page"})
    shared_carriers: frozenset[str] = frozenset({"device", "anonymous"})
    shared_window: timedelta = timedelta(days=30)
    blocked_literals: frozenset[str] = _BLOCKED_LITERALS
    blocked_pattern: str = _BLOCKED_PATTERN
    _blocked: re.Pattern[str] = field(init=False, eq=False, repr=False)

    @_blocked.default
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.blocked_pattern)

    def is_blocked_value(self, value: str) -> bool:
        """Whether a raw value identifies nobody. Asked at the edge, before the vault gives it a surrogate."""
        plain = value.strip().lower()
        return plain in self.blocked_literals or self._blocked.fullmatch(plain) is not None


DEFAULT_POLICY = IdentityPolicy()
