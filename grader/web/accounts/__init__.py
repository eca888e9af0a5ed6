"""Logging in and out, passwords, sessions, and invitations into courses."""
