"""The extractor: a fetched page becomes an article, every field with its evidence. All pure."""
