"""Keys, signatures and certificates: the one place that knows the library ``cryptography`` for the record."""
