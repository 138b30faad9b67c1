"""What the Makefile runs: the build, its summary, and the check of the architecture."""
