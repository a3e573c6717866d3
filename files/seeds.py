"""What a new installation has of files: a few samples for its first administrator, given once."""

import random

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.access.roles import Role
from core.seeds import Say, seed
from files.choices import Origin
from files.models import Usage
from files.samples import SAMPLES
from files.services import file_adopt
from files.staging import staging


@seed("files", order=30)
@transaction.atomic
def sample_files(say: Say) -> None:
    """Give the first administrator the sample files, once: who deletes them does not get them again."""
    owner = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("created_at").first()
    if owner is None or Usage.objects.filter(owner=owner, sampled_at__isnull=False).exists():
        return
    for name in SAMPLES:
        sample_make(owner, name)
    Usage.objects.filter(owner=owner).update(sampled_at=timezone.now())
    say(f"{len(SAMPLES)} sample files made")


def sample_make(owner: User, name: str) -> None:
    """Make one sample file for `owner`."""
    with staging() as staged:
        buffer = bytearray()
        for piece in SAMPLES[name](random.Random(name)):
            buffer += piece
            if len(buffer) >= 1 << 16:
                staged.write(bytes(buffer))
                buffer.clear()
        staged.write(bytes(buffer))
        file_adopt(owner=owner, staged=staged, name=name, origin=Origin.SAMPLE, tags=["sample"])
