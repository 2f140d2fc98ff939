"""Instead of PyInstaller's own hook, which would collect the installed scikit-image: see stand_ins/skimage."""
