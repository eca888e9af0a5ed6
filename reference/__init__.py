"""The course's models in PyTorch: one family, one small file, readable beside the lecture."""
