"""The classifier measured and trained: `python -m bench.classify.relevance ARCHIVE`."""
