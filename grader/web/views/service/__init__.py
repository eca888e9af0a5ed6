"""The page on which the service's own staff see how it is."""
