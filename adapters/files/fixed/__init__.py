"""The layout `fixed-1`: files to billers and banks in columns of fixed width, for programs that read by place (docs/file-formats.md)."""

from adapters.files.fixed.layout import FixedWidthLayout

__all__ = ["FixedWidthLayout"]
