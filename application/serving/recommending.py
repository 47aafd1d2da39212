"""One question, one slate: retrieve, rank, shape, explore, record, answer. What fails is done without, and said so."""

from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from application.features.ranking import CANDIDATES, RANKING_FEATURES
from application.serving.asked import Asked, AskedInvalid
from application.serving.candidates import Candidates
from application.serving.context import Context, context_of
from application.serving.exploration import explore
from application.serving.rules import diverse, without_twins
from application.serving.shelf import Shelf
from application.serving.slots import Wants, feature_hash, slots_of
from application.serving.stack import Stack
from application.serving.stopwatch import Stopwatch
from domain.slate.slate import SlateServed, Versions
from ports.clock import Clock, Ids
from ports.event_log import ReadModels
from ports.vault import Vault

POLICY = "explore-one-place-1"
#: Of the ranked candidates beyond the slate, so many are good enough to be tried.
POOL = 30


@define(eq=False)
class Recommending:
    """`stack`: what is served from now. `record` stores slates durably. `wait` for an intake position to be projected.

    `wait` returns whether it was in time; `failed` is told (stage, error) of whatever an answer did without.
    """

    stack: Callable[[], Stack]
    shelf: Shelf
    read_models: ReadModels
    vault: Vault
    record: Callable[[Sequence[SlateServed]], object]
    wait: Callable[[int], bool]
    clock: Clock
    ids: Ids
    failed: Callable[[str, Exception], None] = field(default=lambda _stage, _error: None)

    def answer(self, asked: Asked) -> SlateServed:
        """Return a slate that is durable. Errors: `AskedInvalid`; whatever `record` raises, and then it was not shown.

        Everything else that goes wrong costs a rung of the ladder, and `degraded` names it.
        """
        watch, degraded = Stopwatch(), list[str]()
        with watch.stage("wait"):
            if asked.after and not self.wait(asked.after):
                degraded.append("stale_context")
        if asked.surface == "similar" and self.shelf.listing(asked.product_id or "") is None:
            raise AskedInvalid("product_id", "no product is listed under this id")
        now, stack = self.clock.now(), self.stack()
        if not self.shelf.verified(now):
            degraded.append("stock_unverified")
        with watch.stage("context"):
            context = self._context(asked, now.timestamp(), degraded)
            if context.refused:
                degraded.append("not_personalised")
        wants = Wants.of(context.touches)
        mask = _allowed(stack, asked, wants)
        with watch.stage("retrieval"):
            found = self._retrieve(stack, asked, context, mask, degraded)
        with watch.stage("ranking"):
            ranked = self._rank(stack, asked, context, found, at=now.timestamp(), degraded=degraded)
        with watch.stage("rules"):
            shaped, rules = _shape(stack, self.shelf, ranked, asked)
            rules |= {"unavailable": int((~stack.available).sum()), "excluded": len(asked.exclude)}
            slate_id = self.ids.new()
            seed = int(slate_id[-8:], 16)
            pool = range(asked.k, min(asked.k + POOL, len(shaped))) if shaped.retrieval is not None else ()
            drawn = explore(len(shaped), pool, asked.k, seed=seed)
            slots = slots_of(stack.vocabulary, self.shelf, shaped, drawn, wants=wants, columns=asked.columns)
        served = SlateServed(
            slate_id=slate_id,
            request_id=asked.request_id,
            surface=asked.surface,
            served_at=now,
            slots=slots,
            versions=_versions(stack, shaped),
            person=context.person,
            identifiers=context.identifiers,
            session_id=context.session_id,
            subject_product=asked.product_id,
            context_products=tuple(context.seen),
            feature_names=RANKING_FEATURES if shaped.features is not None else (),
            feature_hash=feature_hash(slots),
            candidate_count=len(found),
            candidate_hash=sha256(np.sort(found.items).tobytes()).hexdigest()[:16],
            rules=rules,
            degraded=tuple(degraded),
            seed=seed,
        )
        served = evolve(served, latency_ms=watch.milliseconds | {"total": watch.total()})
        self.record([served])
        return served

    def _context(self, asked: Asked, at: float, degraded: list[str]) -> Context:
        try:
            return context_of(self.read_models, self.vault, asked.who, asked.session_id, at)
        except Exception as error:  # noqa: BLE001 - told to `failed`, and the slate says so
            self._without("context", error, degraded)
            return Context()

    def _retrieve(
        self, stack: Stack, asked: Asked, context: Context, mask: NDArray[np.bool_], degraded: list[str]
    ) -> Candidates:
        if stack.retrieval is None:
            degraded.append("no_release")
        elif asked.surface == "similar" or not context.refused:
            seen = [asked.product_id] if asked.surface == "similar" and asked.product_id else context.seen
            try:
                return Candidates(*stack.retrieval.search(seen, CANDIDATES, mask))
            except Exception as error:  # noqa: BLE001 - told to `failed`, and the slate says so
                self._without("retrieval", error, degraded)
        return Candidates(stack.popular[mask[stack.popular]][:CANDIDATES])

    def _rank(
        self, stack: Stack, asked: Asked, context: Context, found: Candidates, *, at: float, degraded: list[str]
    ) -> Candidates:
        if found.retrieval is None or not len(found):
            return found
        if stack.ranker is None:
            degraded.append("no_ranker")
            return found
        try:
            profile = stack.profile(context.touches, at)
            similar = asked.surface == "similar"  # training knows a subject on that surface only
            subject = stack.numbers.get(asked.product_id or "") if similar else None
            features = stack.features(profile, found.items, found.retrieval, subject)
            scores = stack.ranker.score(features)
        except Exception as error:  # noqa: BLE001 - told to `failed`, and the slate says so
            self._without("ranker", error, degraded)
            return found
        return Candidates(found.items, found.retrieval, scores, features).take(np.argsort(-scores, kind="stable"))

    def _without(self, stage: str, error: Exception, degraded: list[str]) -> None:
        degraded.append(f"no_{stage}")
        self.failed(stage, error)


def _allowed(stack: Stack, asked: Asked, wants: Wants) -> NDArray[np.bool_]:
    """Mask before the best k are taken: in stock, not excluded, not what the page shows or was just seen."""
    hidden = {*asked.exclude, asked.product_id or "", wants.last_product}
    mask = stack.available.copy()
    mask[[stack.numbers[one] for one in hidden if one in stack.numbers]] = False
    return mask


def _shape(stack: Stack, shelf: Shelf, ranked: Candidates, asked: Asked) -> tuple[Candidates, dict[str, int]]:
    twins = without_twins([_looks(shelf, stack.vocabulary[item]) for item in ranked.items.tolist()])
    shaped = ranked.take(twins.kept)
    if asked.surface != "home":
        return shaped, twins.rules
    categories, brands = stack.table.category[shaped.items], stack.table.brand[shaped.items]
    spread = diverse(categories.tolist(), brands.tolist(), asked.k)
    return shaped.take(spread.kept), twins.rules | spread.rules


def _looks(shelf: Shelf, product_id: str) -> tuple[str | None, ...]:
    """What a shopper tells products apart by: two of one brand and name are one to them."""
    listing = shelf.listing(product_id)
    return (product_id,) if listing is None else (listing.brand_id, listing.title)


def _versions(stack: Stack, shaped: Candidates) -> Versions:
    """Name what took part: a rung that was done without has no version."""
    if stack.retrieval is None or shaped.retrieval is None:
        return Versions(POLICY)
    ranker = stack.ranker.name if stack.ranker is not None and shaped.rank is not None else ""
    return Versions(
        policy=POLICY,
        release=stack.release_id,
        retrieval=stack.retrieval.model.name,
        ranker=ranker,
        propensity=str(stack.retrieval.release.documents.get("propensity", {}).get("version", "")),
        index=stack.retrieval.index_kind,
    )
