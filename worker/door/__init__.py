"""The worker's door to the Docker engine: it lets boxes through and nothing else."""
