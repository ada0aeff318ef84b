"""Object stores behind :class:`bridge.ports.ObjectStore`, one file or folder each."""
