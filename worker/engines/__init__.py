"""What makes boxes: docker in production, bubblewrap where no Docker engine answers."""
