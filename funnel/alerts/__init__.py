"""Shows the alerts that a build found, and sends each once on every channel that asks for it."""
