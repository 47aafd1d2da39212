"""The dialects that this house understands, by the name that a source declares."""

from collections.abc import Mapping

from domain.taxonomy.dialects import plain
from domain.taxonomy.dialects.dialect import Dialect
from domain.taxonomy.source import PLAIN

DIALECTS: Mapping[str, Dialect] = {PLAIN: plain.translate}
