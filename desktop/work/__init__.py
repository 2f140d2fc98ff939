"""The work behind the window, done on a thread of its own."""
