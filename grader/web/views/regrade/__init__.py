"""The pages on which staff grade attempts again."""
