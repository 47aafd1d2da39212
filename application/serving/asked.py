"""What somebody asks for, as the outside names it."""

from typing import Literal, get_args

from attrs import field, frozen

from domain.kernel import DomainError
from ports.vault import Identifier

Surface = Literal["home", "similar"]
SURFACES: tuple[Surface, ...] = get_args(Surface)
MOST = 100


class AskedInvalid(DomainError):
    """A question that has no answer; `field` names what is wrong with it."""

    def __init__(self, field: str, hint: str) -> None:
        super().__init__(f"{field}: {hint}")
        self.field, self.hint = field, hint


@frozen(kw_only=True)
class Asked:
    """`who`: the customer's identifiers, strongest first; asking creates none. `product_id`: what it is similar to.

    `columns`: how many places stand in a row of the page. `after`: a position of the intake log; what came in up to
    there is to be known before the answer, if that takes no longer than the server waits.
    """

    surface: Surface
    request_id: str
    who: tuple[Identifier, ...] = ()
    k: int = 12
    product_id: str | None = None
    exclude: frozenset[str] = frozenset()
    session_id: str | None = None
    columns: int = 4
    after: int = field(default=0)

    def __attrs_post_init__(self) -> None:
        if self.surface not in SURFACES:
            raise AskedInvalid("surface", f"expected one of {', '.join(SURFACES)}")
        if not 1 <= self.k <= MOST:
            raise AskedInvalid("k", f"expected 1 to {MOST}")
        if not 1 <= self.columns <= MOST:
            raise AskedInvalid("columns", f"expected 1 to {MOST}")
        if self.surface == "similar" and not self.product_id:
            raise AskedInvalid("product_id", "similar to what? name a product")
