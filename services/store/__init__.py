"""The store room: records become rows, rows go into a sink, people and tools read them back."""
