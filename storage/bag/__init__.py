"""Bags (RFC 8493, BagIt 1.0): a recording as it leaves the house, in a folder that any archive's tools read."""
