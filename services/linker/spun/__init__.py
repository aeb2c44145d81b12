"""Spun text told without its original: counts of clean news, a repair for every word, two models."""
