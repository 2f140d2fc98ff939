"""Numbers for what a generator draws: distances between sets of pictures, likeness, attention, time."""
