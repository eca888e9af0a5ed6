"""The pages on which assignments are written, proven and published."""
