"""The sources that this house knows without being told: files it can read, and the doors that it opens itself."""

from collections.abc import Mapping

from adapters.sources import segment
from adapters.sources.diginetica import Diginetica
from adapters.sources.files import FileSource
from adapters.sources.jsonl import JsonLines
from adapters.sources.mapped_csv import MappedCsv
from adapters.sources.shopify import Shopify
from adapters.sources.simulation.season_file import Simulation
from adapters.sources.snowplow import Snowplow
from domain.taxonomy.source import Declaration

#: File sources by the name that the command line knows them by.
FILE_SOURCES: Mapping[str, FileSource] = {
    "csv": MappedCsv(),
    "diginetica": Diginetica(),
    "ga4": JsonLines(Declaration(name="ga4_bigquery", clock="backfill", dialect="ga4_bigquery")),
    "jsonl": JsonLines(),
    "shopify": Shopify(),
    "rudder": segment.RUDDER,
    "segment": segment.SEGMENT,
    "simulation": Simulation(),
    "snowplow": Snowplow(),
}


#: Doors that this house itself opens: what comes over HTTP, and what its own shop pages send.
BUILT_IN_SOURCES = (
    Declaration(name="http"),
    Declaration(name="http_catalogue", authority="server", legal_basis="contract"),
    Declaration(name="shop_page"),
    Declaration(name="shop_page_orders", authority="server", legal_basis="contract"),
    Declaration(name="segment", dialect="segment"),
    Declaration(name="rudder", dialect="rudder"),
    Declaration(name="ga4", dialect="ga4"),
    Declaration(name="snowplow", dialect="snowplow"),
    Declaration(name="shopify", authority="server", legal_basis="contract", dialect="shopify"),
)
