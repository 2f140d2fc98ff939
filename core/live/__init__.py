"""The live path: a source's frames become painted pictures, without a window."""
