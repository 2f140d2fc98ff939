"""The pages of the window, one for each thing it is used for."""
