"""Makes and checks the packaged application: what goes into it, what stays out, and whether it works elsewhere."""
