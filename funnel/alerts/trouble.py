"""Why a message was not sent, in words that contain no secret."""


class UnreachableError(Exception):
    """The message was perhaps not received: it is sent again, before any later one."""


class RefusedError(Exception):
    """The receiver refuses this message: others are still sent."""
