"""Turns trained checkpoints into the ONNX models that the app runs. The app never imports this."""
