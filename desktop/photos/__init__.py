"""Photos that were dropped, pasted or opened, and what has become of each."""
