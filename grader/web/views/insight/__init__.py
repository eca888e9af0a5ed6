"""The pages by which staff see a whole class at once: the list of work, similar pairs, and statistics."""
