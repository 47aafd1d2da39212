"""The dialects that this house understands, by the name that a source declares."""

from collections.abc import Mapping

from domain.taxonomy.dialects import plain, segment, shopify, snowplow
from domain.taxonomy.dialects.dialect import Dialect
from domain.taxonomy.dialects.ga4 import bigquery as ga4_bigquery
from domain.taxonomy.dialects.ga4 import measurement as ga4_measurement
from domain.taxonomy.dialects.shopify import exports as shopify_exports
from domain.taxonomy.source import PLAIN

DIALECTS: Mapping[str, Dialect] = {
    PLAIN: plain.translate,
    "ga4": ga4_measurement.translate,
    "ga4_bigquery": ga4_bigquery.translate,
    "rudder": segment.translate,
    "segment": segment.translate,
    "shopify": shopify.translate,
    "shopify_csv": shopify_exports.translate,
    "shopify_test": shopify.translate_with_tests,
    "snowplow": snowplow.translate,
}
