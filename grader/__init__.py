"""How evidence becomes a verdict: trusted and pure, no torch, no Docker, never student code."""
