"""Discovers pages in feeds, sitemaps and section pages, and fetches them politely."""
