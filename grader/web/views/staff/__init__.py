"""What staff alone do with marks by hand and with attempts, one file per subject."""
