"""The networks of the report."""
