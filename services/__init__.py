"""The five rooms, their plumbing, the embedded pipeline and the command line."""
