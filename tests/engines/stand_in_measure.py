"""Stands in for measure.py in a copy of worker/inside: the request is a Python source, run with `emit` in reach."""


def serve(request, emit):
    exec(compile(request, "submission", "exec"), {"emit": emit, "__name__": "submission"})
