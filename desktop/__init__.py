"""The Qt app: shows and asks, and leaves the work to core."""
