"""The formats whose parsers are here, by name. Their order is part of the format of containers: add at the end."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from compression.engine.media.base import Area, Parser
from compression.engine.media.dicom import dicom
from compression.engine.media.pictures import bmp, pnm, tiff
from compression.engine.media.science import fits, grib, npy
from compression.engine.media.sound import aiff, wav
from compression.engine.streams import Array

FORMATS: Mapping[str, Parser] = MappingProxyType(
    {
        "wav": wav,
        "aiff": aiff,
        "bmp": bmp,
        "pnm": pnm,
        "tiff": tiff,
        "npy": npy,
        "fits": fits,
        "grib": grib,
        "dicom": dicom,
    }
)


def areas_of(data: Array, name: str) -> Sequence[Area]:
    """The areas of content in the format of this name; none where it is in no such format."""
    return FORMATS[name](data.data.toreadonly())


def detected(data: Array) -> tuple[str, Sequence[Area]] | None:
    """The format that content shows itself to be in, and its areas; None where it is in none of these."""
    for name in FORMATS:
        if areas := areas_of(data, name):
            return name, areas
    return None
