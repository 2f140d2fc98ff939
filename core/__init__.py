"""The app's engine: pictures in, anime faces out. Knows neither Qt nor torch."""

__version__ = "0.1.0"
