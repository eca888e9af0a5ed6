"""How a submission becomes evidence; the only room that knows all others."""

__version__ = "0.1.0"
