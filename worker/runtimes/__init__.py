"""The pinned images a docker box is made from, one folder each."""
