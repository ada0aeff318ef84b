"""What each message of a room's socket asks of the policy; every one of them comes from a seat that has joined."""

from collections.abc import Mapping

from bridge.policy import ACTION_OF, SENDING, Action

ASKED: Mapping[str, frozenset[Action]] = {
    "uplink": frozenset(SENDING.values()),
    "command": frozenset(ACTION_OF.values()),
    "downlink": frozenset(),
    "restart_downlink": frozenset(),
    "wants": frozenset(),
    "line": frozenset(),
    "leave": frozenset(),
}
"""Empty: who is in the room (:attr:`Action.JOIN`) receives what all receive, and may go."""
