"""The contracts of the clock and the ids, over every adapter."""

from adapters.clock import SystemClock
from adapters.ids import Uuid7Ids
from haberdasher.testing.clock import ClockContract, IdsContract


class TestSystemClock(ClockContract):
    make = SystemClock


class TestUuid7Ids(IdsContract):
    make = Uuid7Ids
