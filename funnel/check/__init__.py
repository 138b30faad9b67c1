"""Holds the project to its architecture: reads the manifest, and names every breach."""
