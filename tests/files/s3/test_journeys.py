"""All that is promised of files holds with their objects in a store, too: the same tests, over rclone."""

import pytest

from tests.files.test_api_journey import *  # noqa: F403
from tests.files.test_batch_api import *  # noqa: F403

pytestmark = pytest.mark.xdist_group("s3")
