"""What `python -m training` can do, a module each."""
