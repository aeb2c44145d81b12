"""The pages people look at, and the same answers as JSON: read-only, no outside assets, no cookies."""
