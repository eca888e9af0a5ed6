"""Measurements of the service itself, one file each; `grader bench` prints them (worker/cli_bench.py)."""
