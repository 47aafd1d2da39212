"""What shoppers say, and by what they come: preferences, notifications, apps, programs, the way out."""

from datetime import datetime

from attrs import frozen


@frozen
class StatedPreferenceRecorded:
    """What somebody said of themselves. `kind`: quiz_style, quiz_colour, size, budget, dislike."""

    occurred_at: datetime
    kind: str
    value: str


@frozen
class NotificationOpened:
    occurred_at: datetime
    campaign_id: str | None = None
    medium: str | None = None


@frozen
class AppOpened:
    occurred_at: datetime


@frozen
class AppBackgrounded:
    occurred_at: datetime


@frozen
class AgentObserved:
    """The program that sent what comes next, noted when it changes within a visitor's events.

    Evidence for who is a robot, kept so that a newer list of robots can judge it again. `automated`: the browser itself
    said that a program drives it (`navigator.webdriver`).
    """

    occurred_at: datetime
    user_agent: str
    automated: bool = False


@frozen
class IdentityAsserted:
    """Somebody said who they are, on this browser or app: the session is theirs. `method`: login, sign_up, ..."""

    occurred_at: datetime
    method: str | None = None


@frozen
class LoggedOut:
    occurred_at: datetime
