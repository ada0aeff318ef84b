"""The repositories of :mod:`bridge.repositories` on a database, one file each."""
