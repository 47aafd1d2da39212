"""The hyper-parameters of the ranking network, in one place."""

from attrs import field, frozen
from attrs.validators import ge, gt


@frozen(kw_only=True)
class NetworkSettings:
    """`hidden`: the width of both layers. `batch`: slates in a step; `longest`: rows of a slate compared at once.

    `listwise` is how much the softmax over a slate counts beside the cross entropy of its rows. `learning_rate` is
    Adam's; it falls along a cosine.
    """

    hidden: int = field(default=32, validator=ge(1))
    batch: int = field(default=32, validator=ge(1))
    longest: int = field(default=64, validator=ge(1))
    epochs: int = field(default=5, validator=ge(1))
    learning_rate: float = field(default=0.01, validator=gt(0))
    listwise: float = field(default=1.0, validator=ge(0))
