"""Rewriting the trained generator for inference: the same function in fewer and cheaper steps.

Torch runs the network as it was defined, for training. What is exported is this package's module instead, made from
the trained one: see :func:`export.optimise.generator.for_inference`.
"""
