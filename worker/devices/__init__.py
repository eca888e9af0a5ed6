"""GPUs of this host: which there are, whose turn it is on each, and whether they are well."""
