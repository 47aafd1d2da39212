"""Figures for Prometheus, in a registry of the app's own: two apps in one process do not count for each other."""

from collections.abc import Iterable, Sequence

from attrs import define, field, frozen
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from adapters.http.service import Service
from application.intake.door import Answer
from domain.slate.slate import SlateServed

#: Seconds; fine around the 50 ms in which an answer should be there.
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@define(eq=False)
class Metrics:
    service: Service
    registry: CollectorRegistry = field(init=False, factory=CollectorRegistry)
    _requests: Counter = field(init=False)
    _seconds: Histogram = field(init=False)
    _stages: Histogram = field(init=False)
    _slates: Counter = field(init=False)
    _degraded: Counter = field(init=False)
    _intake: Counter = field(init=False)

    def __attrs_post_init__(self) -> None:
        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"haberdasher_{name}", says, labels, registry=self.registry)

        def histogram(name: str, says: str, *labels: str) -> Histogram:
            return Histogram(f"haberdasher_{name}", says, labels, registry=self.registry, buckets=BUCKETS)

        self._requests = counter("http_requests", "Requests answered.", "method", "route", "status")
        self._seconds = histogram("http_seconds", "Time to the first byte of the answer.", "route")
        self._stages = histogram("slate_stage_seconds", "Time of a slate by stage.", "surface", "stage")
        self._slates = counter("slates", "Slates served.", "surface")
        self._degraded = counter("slates_degraded", "Slates that did without something.", "flag")
        self._intake = counter("intake_events", "Events at the door.", "outcome", "reason")
        self.registry.register(_Standing(self.service))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def slate(self, served: SlateServed) -> None:
        self._slates.labels(served.surface).inc()
        for stage, milliseconds in served.latency_ms.items():
            self._stages.labels(served.surface, stage).observe(milliseconds / 1000)
        for flag in served.degraded:
            self._degraded.labels(flag).inc()

    def intake(self, answers: Sequence[Answer]) -> None:
        for one in answers:
            self._intake.labels(one.outcome, one.reason).inc()

    def exposition(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self.registry)


@frozen(eq=False)
class _Standing:
    """What is read when somebody asks: failures, and how far the pipeline is behind."""

    service: Service

    def collect(self) -> Iterable[Metric]:
        failures = CounterMetricFamily(
            "haberdasher_failures", "What went wrong and was done without.", labels=["where", "kind"]
        )
        for (where, kind), count in dict(self.service.failures.counts).items():
            failures.add_metric([where, kind], count)
        yield failures
        unknown = CounterMetricFamily(
            "haberdasher_unknown_fields",
            "Fields of events that the taxonomy has no name for.",
            labels=["source", "event", "field"],
        )
        for place, count in self.service.unknown_fields.counts().items():
            unknown.add_metric(place, count)
        yield unknown
        try:
            yield from _features(self.service)
            behind = self.service.live.work.waiting()
        except (SQLAlchemyError, TimeoutError) as error:  # the other figures matter most just then
            self.service.failures.note("metrics", error)
            return
        yield GaugeMetricFamily("haberdasher_intake_lag", "Arrivals that wait to be canonicalised.", value=behind)


def _features(service: Service) -> Iterable[Metric]:
    """Yield what comes in out of its band, and how the features are of a sample; both are computed once a minute."""
    alarms = GaugeMetricFamily(
        "haberdasher_feed_alarm", "1 while a source is out of its band.", labels=["source", "kind", "what"]
    )
    for alarm in service.alarms():
        alarms.add_metric([alarm.source, alarm.kind, alarm.what], 1)
    yield alarms
    shares = GaugeMetricFamily(
        "haberdasher_feature_share",
        "Of a sample, entities without a value, and values beyond or at the edges of the range.",
        labels=["feature", "share"],
    )
    values = GaugeMetricFamily(
        "haberdasher_feature_value", "Least, median and largest value of a sample.", labels=["feature", "statistic"]
    )
    ages = GaugeMetricFamily(
        "haberdasher_feature_age_seconds", "Since the newest observation behind a sample.", labels=["feature"]
    )
    for one in service.feature_health():
        for name, share in (("null", one.null), ("outside", one.outside), ("low", one.at_low), ("high", one.at_high)):
            shares.add_metric([one.feature, name], share)
        for name, value in (("least", one.least), ("median", one.median), ("most", one.most)):
            if value is not None:
                values.add_metric([one.feature, name], value)
        if one.age_s is not None:
            ages.add_metric([one.feature], one.age_s)
    yield from (shares, values, ages)
