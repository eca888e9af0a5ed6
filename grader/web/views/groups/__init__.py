"""The pages of groups: for staff the sets and who is where, for students their own group."""
