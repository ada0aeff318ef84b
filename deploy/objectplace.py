"""Where the objects lie, as the configuration says; apart, because a recorder has them and no database."""

from pathlib import Path

from deploy.configuration import Configuration, StoreKind
from deploy.folder import DataFolder
from storage.objects.address import S3Address

APPLICATION_KEY = "diemcau"
"""Of our own MinIO server; its secret lies in the data folder."""


def objects_place(configuration: Configuration, folder: DataFolder) -> Path | S3Address:
    """The directory store's folder, or the bucket with the application's key."""
    store = configuration.store
    if store.kind is StoreKind.DIRECTORY:
        return folder.objects
    if configuration.own_store:
        endpoint = f"http://127.0.0.1:{configuration.store_port}"
        return S3Address(endpoint, store.bucket, APPLICATION_KEY, folder.secret("store-application"), store.region)
    return S3Address(store.endpoint, store.bucket, store.access_key, store.secret_key, store.region, store.certificates)
