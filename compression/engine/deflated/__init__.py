"""Deflate streams inside of other content: where they are, and how zlib made them.

`finding.py` finds them, `settings.py` finds the settings with which zlib makes the same bytes again, `undoing.py` puts
both together.
"""
