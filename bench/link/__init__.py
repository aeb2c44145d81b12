"""Training and measuring of the linker."""
