"""Archives: reading them safely, whoever made them, and writing them so that everyone can read them.

`open_archive` reads within the confined process of `compression.engine.isolation.unpack`; `write_zip` and `write_tar`
work anywhere. `paths.py` is what makes a path safe.
"""

from compression.engine.archives.member import Kind, Member, Refusal

__all__ = ["Kind", "Member", "Refusal"]
