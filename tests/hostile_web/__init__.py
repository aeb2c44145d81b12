"""A tiny web that means harm, on loopback, with a switch for each of its tricks and a log of what they cost.

`web.py` serves, `tricks.py` is the table of what a host may do, `costs.py` the table of what is recorded of
it and what it may cost at most: tests/e2e/test_hostile_web.py runs it, docs/hostile-input.md is made from it.
"""
