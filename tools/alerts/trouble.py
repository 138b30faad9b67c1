"""Why a message did not go out, in words that hold no secret."""


class UnreachableError(Exception):
    """Nobody took the message for sure: to be sent again, and nothing after it before that."""


class RefusedError(Exception):
    """The receiver wants this message not: others may still go."""
