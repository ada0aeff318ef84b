"""The way in: the CLI `diemcau`, and the only place where parts are put together."""
