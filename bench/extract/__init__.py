"""How well, and how fast, the text of HTML pages is found; and the training of the block model."""
