"""Identity providers: where staff prove who they are, if not to us."""
