"""Known programs: the list of monperrus/crawler-user-agents, and a few shopping agents of our own."""

from adapters.bots.crawler_list import CrawlerList

__all__ = ["CrawlerList"]
