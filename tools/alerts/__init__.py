"""Shows the alerts that a build found, and tells each once on every channel that wants it."""
