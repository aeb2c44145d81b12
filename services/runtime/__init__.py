"""Plumbing, once: buses, settling, dead letters, retries, memory, configuration, health, metrics, logs."""
