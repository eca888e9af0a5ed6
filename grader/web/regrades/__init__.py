"""Grading attempts again: choosing them, the work a worker takes, the preview, making it count, and telling students."""
