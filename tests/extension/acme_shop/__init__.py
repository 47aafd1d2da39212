"""Acme's fittings: what our shop adds to Haberdasher."""

from attrs import evolve

from acme_shop import entry, fitting
from acme_shop.no_shows import NoShows
from domain.identity.policy import DEFAULT_POLICY, Limit
from haberdasher.extension import Extension
from ports.measures import Measure

#: A family pays with the loyalty cards of all of its members.
IDENTITY = evolve(DEFAULT_POLICY, version="acme_shop.identity-1", limits={**DEFAULT_POLICY.limits, "loyalty": Limit(4)})
#: What a tailor lays out before a fitting.
WISHED = Measure(
    "acme_shop.wished_brands", "customer", "affinity", "the brands wished for most", "wishes", "acme's tailors",
    "top", {"wishlist": 1.0}, key="brand", half_life_days=90, k=3,
)  # fmt: skip
extension = Extension(
    name="acme_shop",
    deciders=(fitting.DECIDER,),
    events=(
        (fitting.FittingBooked, "acme_shop.fitting_booked"),
        (fitting.FittingKept, "acme_shop.fitting_kept"),
        (fitting.FittingMissed, "acme_shop.fitting_missed"),
    ),
    states=((fitting.Fitting, "acme_shop.fitting_state"),),
    canonical=(entry.BOOKED, entry.ARRIVED),
    projections=(NoShows(),),
    policies=(IDENTITY,),
    features=(WISHED,),
)
