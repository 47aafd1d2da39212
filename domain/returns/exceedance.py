"""How sure we may be that something happens more often than usual, after so many times out of so many."""

from math import exp, lgamma, log, log1p


def exceeds(happened: int, of: int, rate: float) -> float:
    """Return the probability that the true rate is above `rate`, from a uniform prior: P(Beta(1+k, 1+n-k) > rate).

    0 for a rate of 1 or more, 1 for one of 0 or less. `happened` above `of` counts as all of them.
    """
    if rate >= 1:
        return 0.0
    if rate <= 0:
        return 1.0
    trials, most = max(of, happened) + 1, happened
    # For whole numbers the tail of a Beta is a sum of binomial terms.
    terms = (
        exp(lgamma(trials + 1) - lgamma(j + 1) - lgamma(trials - j + 1) + j * log(rate) + (trials - j) * log1p(-rate))
        for j in range(most + 1)
    )
    return min(sum(terms), 1.0)
