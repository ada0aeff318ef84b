"""Where a bucket is, for whoever only hands it on: nothing of S3 is imported for it."""

import msgspec


class S3Address(msgspec.Struct, frozen=True):
    """``endpoint``: ``http(s)://HOST:PORT``; ``certificates``: a PEM file of authorities, empty: the public ones."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    certificates: str = ""
