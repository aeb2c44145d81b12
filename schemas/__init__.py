"""The contract: records, topics, codec. Imports nothing but the standard library and msgspec."""
