"""Posts the public records to those who asked for them."""
