"""Names of outputs."""

from pathlib import PurePosixPath

LONGEST = 255


def compressed_name(name: str, extension: str) -> str:
    """Return `name` with the extension of the format, shortened in its middle where it gets too long."""
    return name[: LONGEST - len(extension)] + extension


def original_name(name: str, extension: str) -> str:
    """Return `name` without the extension of the format; a name that has another one says what was done."""
    if extension and len(name) > len(extension) and name.lower().endswith(extension):
        return name[: -len(extension)]
    suffix = PurePosixPath(name).suffix
    if extension == ".gz" and suffix.lower() == ".tgz":
        return name[: -len(suffix)] + ".tar"
    return compressed_name(name, ".decompressed")
