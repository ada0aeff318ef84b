"""The live session's nerve: socket namespace, tokens, presence, negotiation relay."""
