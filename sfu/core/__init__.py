"""The forwarding core: datagrams in, datagrams out. No I/O, no clock, no randomness.

:mod:`sfu.core.seam` is the whole contract; :class:`sfu.core.router.Router` is the plain Python reference.
"""
