"""The full season of the demo on three seeds: what one season shows may be its luck."""

from pathlib import Path

import pytest

from tests.support.demo_season import report_of, reports_of, run_demo


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_two_tower_beats_the_baselines_on_future_purchases(seed: int, tmp_path: Path) -> None:
    """Paired bootstrap over the simulated future: the interval of the gain over both baselines lies above 0."""
    run_demo(tmp_path, "--seed", str(seed))
    purchase = report_of(reports_of(tmp_path), "purchase")
    for baseline in ("popularity", "item_knn"):
        gain = purchase.gain("two_tower", "recall@20", baseline)
        assert gain.low is not None
        assert gain.low > 0, (seed, baseline, gain)
