"""What batches add to the things that can be done with many files: compress them all."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from compression import planning
from compression.api.compare_serializers import WishIn
from compression.batch import asking
from compression.batch.forms import CompressAllForm
from core.errors import AppError
from files.actions import Action, Done, Options, actions

if TYPE_CHECKING:
    from files.models import File


class CompressIn(WishIn):
    """With what."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what no file could be compressed with, so that a dry run says it too."""
        wish = {"level": None, "params": {}} | attrs
        try:
            planning.plan(wish["algorithm"], wish["level"], wish["params"], user=self.context["user"])
        except AppError as error:
            raise asking.placed(error, "options") from error
        return wish


def _compress(files: Sequence["File"], actor: Any, options: Options) -> Done:
    """Begin a batch; its files in the order in which people read them."""
    in_order = sorted(files, key=lambda file: (file.folder, file.name))
    batch = asking.begin(actor, in_order, [options])
    return Done(job=batch.job_id, url=batch.get_absolute_url())


actions.add(
    "compress",
    Action(
        label="Compress",
        icon="compress",
        order=5,
        explains="Each file is compressed, decoded again and compared. The files themselves stay as they are; "
        "what is made of them also comes as one ZIP.",
        done=("is being compressed", "are being compressed"),
        run=_compress,
        options=CompressIn,
        form=CompressAllForm,
        template="compression/_bulk_form.html",
        status=202,
    ),
)
