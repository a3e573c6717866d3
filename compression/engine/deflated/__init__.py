"""Deflate streams inside of other content: where they are, and how zlib made them.

`finding.py` finds them, `settings.py` finds the settings with which zlib makes the same bytes again, `classic.py` makes
them where another library takes zlib's place, `undoing.py` puts all together.
"""
