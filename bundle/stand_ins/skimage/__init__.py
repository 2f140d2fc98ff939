"""Stands in for scikit-image in the packaged application.

insightface imports it for an alignment of its own that Animirror never calls (core/alignment.py is used), and with it
come scipy, networkx and 190 MB.
"""
