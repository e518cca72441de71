"""The checks of `switch verify`: one noun a file; each says what it looked at and names every row that is not as it must be."""
