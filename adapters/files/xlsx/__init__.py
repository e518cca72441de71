"""The layout `xlsx-1`: files to billers and banks as a spreadsheet in Arabic, right to left (docs/file-formats.md)."""

from adapters.files.xlsx.layout import SpreadsheetLayout

__all__ = ["SpreadsheetLayout"]
