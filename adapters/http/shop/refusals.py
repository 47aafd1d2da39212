"""What a page says when it cannot do what it was asked for."""


class PageRefused(Exception):
    """Answered as a page with this status (4xx), a title and one sentence that helps."""

    def __init__(self, status: int, title: str, hint: str) -> None:
        super().__init__(f"{status} {title}")
        self.status, self.title, self.hint = status, title, hint


def not_found(title: str) -> PageRefused:
    return PageRefused(404, title, "It may have left the range, or the address is not complete.")
