"""How sure we are that a rate is above another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.returns.exceedance import exceeds


@given(st.integers(0, 40), st.integers(0, 400), st.floats(0.001, 0.999))
def test_it_is_the_tail_of_a_beta(happened: int, more: int, rate: float) -> None:
    """Beside the integral of the density, on a fine grid."""
    of = happened + more
    x = (np.arange(200_000) + 0.5) / 200_000
    log_density = happened * np.log(x) + more * np.log1p(-x)
    density = np.exp(log_density - log_density.max())
    assert exceeds(happened, of, rate) == pytest.approx(float(density[x > rate].sum() / density.sum()), abs=2e-3)


def test_at_the_ends() -> None:
    """No rate is above 1, every one is above 0, and more signals than pieces count as all of them."""
    assert (exceeds(3, 10, 1.0), exceeds(3, 10, 2.5), exceeds(3, 10, 0.0)) == (0.0, 0.0, 1.0)
    assert exceeds(5, 3, 0.5) == exceeds(5, 5, 0.5)
    assert exceeds(2_000, 100_000, 0.01) == pytest.approx(1.0)
