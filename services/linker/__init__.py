"""The linker: where an article's text comes from, which event it tells, and how many voices tell it."""
