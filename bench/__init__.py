"""Benchmarks: one command each, figures as ratios against a peer in the same run."""
