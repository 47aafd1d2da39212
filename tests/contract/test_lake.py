"""The contract of the lake, over every adapter."""

from pathlib import Path
from typing import Any

import pytest

from adapters.lake import MemoryLake, ParquetLake
from haberdasher.testing.lake import COLUMNS, LakeContract, MakeLake


class TestParquetLake(LakeContract):
    @pytest.fixture
    def make(self, tmp_path: Path) -> MakeLake:
        return lambda tenant: ParquetLake(tmp_path / "lake", tenant, COLUMNS)


class TestMemoryLake(LakeContract):
    @pytest.fixture
    def make(self) -> MakeLake:
        files: dict[tuple[str, str], Any] = {}
        return lambda tenant: MemoryLake(tenant, COLUMNS, files)
