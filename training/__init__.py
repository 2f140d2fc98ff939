"""Training of the generators: data preparation, networks, losses, runs. Never imported by the app."""
