"""Reads what a shopper wrote beside a return. The words stay where they are; only what they mean is stored."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen


@frozen
class Finding:
    """`label` is one of `domain.returns.comment.LABELS`; `probability`, 0 to 1, is calibrated."""

    label: str
    probability: float


class CommentReader(Protocol):
    """Says what return comments mean, and says nothing where it is not sure enough."""

    @property
    def version(self) -> str:
        """Name what decides: another version may find something else in the same words."""
        ...

    def read(self, comments: Sequence[str]) -> Sequence[Sequence[Finding]]:
        """Return the findings of each comment, in the order asked, the most probable first, each label at most once.

        None where it abstains: no words, an unknown language, nothing said of the goods. The same words give the
        same findings whatever stands beside them. Never raises for any text.
        """
        ...
