"""The layout `camt-1`: ISO 20022 `camt.054.001.08` for billers, `camt.053.001.08` for banks (docs/file-formats.md)."""

from adapters.files.camt.layout import CamtLayout

__all__ = ["CamtLayout"]
