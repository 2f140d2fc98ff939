"""Windows that ask or tell and go away again."""
