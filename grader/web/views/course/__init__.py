"""The pages on which staff run a course: its people, groups, dates, announcements and records."""
