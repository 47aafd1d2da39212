"""The hyper-parameters of the two towers, in one place."""

from attrs import field, frozen
from attrs.validators import ge, gt, lt


@frozen(kw_only=True)
class TwoTowerSettings:
    """`recent`: how many items of a prefix are read. `scale`: the inverse temperature of the cosines in the softmax.

    `dropout` acts on the item vectors that the user tower reads. An epoch sees every prefix of every session once.
    `learning_rate` is Adam's for the towers, `table_learning_rate` Adagrad's for the id table; both warm up for the
    first `warmup` of the steps, then fall along a cosine.
    """

    dimension: int = field(default=96, validator=ge(1))
    recent: int = field(default=10, validator=ge(1))
    scale: float = field(default=16.0, validator=gt(0))
    dropout: float = field(default=0.4, validator=[ge(0), lt(1)])
    batch: int = field(default=1024, validator=ge(1))
    epochs: int = field(default=4, validator=ge(1))
    learning_rate: float = field(default=0.002, validator=gt(0))
    table_learning_rate: float = field(default=0.1, validator=gt(0))
    warmup: float = field(default=0.02, validator=[ge(0), lt(1)])
