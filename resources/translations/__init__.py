"""The translations, and the command that keeps them up to date: see README.md."""
