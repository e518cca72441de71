"""The layout `csv-1`: files to billers and banks, and statements from them, for spreadsheets and programs (docs/file-formats.md)."""

from adapters.files.csv.format import CsvFormat

__all__ = ["CsvFormat"]
