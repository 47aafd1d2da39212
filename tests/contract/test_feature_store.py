"""The promises of `FeatureStore`, on every adapter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from haberdasher.testing.feature_store import FeatureStoreContract, MakeFeatureStore
from tests.support.feature_stores import stores


@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgresql", "redis"])
class TestFeatureStore(FeatureStoreContract):
    @pytest.fixture
    def make(self, kind: str, tmp_path: Path) -> Iterator[MakeFeatureStore]:
        with stores(kind, tmp_path) as make:
            yield make
