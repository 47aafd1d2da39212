"""Segment and RudderStack, whose clients speak the same: the e-commerce spec, version 2, of segment.com/docs."""

from domain.taxonomy.dialects.segment.message import translate

__all__ = ["translate"]
