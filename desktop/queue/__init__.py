"""Files that wait to be converted, as the window shows them."""
