"""How much one request, one user and one job may take."""

import os

from config import env

MIB = 1024 * 1024
GIB = 1024 * MIB

UPLOAD_LIMIT_BYTES = env.integer("UPLOAD_LIMIT_BYTES", 16 * GIB, minimum=1)
# Files in one request of a batch; beyond that they come in several.
BATCH_FILES = env.integer("BATCH_FILES", 1000, minimum=1, maximum=10_000)
# Members of one archive that is unpacked.
ARCHIVE_MEMBERS = env.integer("ARCHIVE_MEMBERS", 10_000, minimum=1, maximum=1_000_000)
QUOTA_BYTES = env.integer("QUOTA_BYTES", 100 * GIB, minimum=1)
# Room that is left free on the disk of the data folder: beyond it uploads and results are refused.
DISK_RESERVE_BYTES = env.integer("DISK_RESERVE_BYTES", 256 * MIB)

# Work done at once, in the request: see "Long work" in the API documentation.
INLINE_LIMIT_BYTES = 8 * MIB
INLINE_LIMIT_S = 2.0
INLINE_OUTPUT_BYTES = 64 * MIB
INLINE_WALL_S = 5
WAIT_LIMIT_S = 30
# Calls to a codec at once in one web process; further ones become jobs.
INLINE_SLOTS = env.integer("INLINE_SLOTS", 4, minimum=1)

# Streams at once in one web process, of all and of one account; further ones are told to come again.
STREAM_SLOTS = env.integer("STREAM_SLOTS", 8, minimum=1)
STREAM_SLOTS_PER_ACCOUNT = env.integer("STREAM_SLOTS_PER_ACCOUNT", 4, minimum=1)
STREAM_WALL_S = env.integer("STREAM_WALL_S", 2 * 3600, minimum=1)
# Output of one stream that waits on the disk for a client that does not read while it sends.
STREAM_HELD_BYTES = env.integer("STREAM_HELD_BYTES", UPLOAD_LIMIT_BYTES, minimum=1)

# Files times algorithms of one batch, and how many groups of them one worker has in work at a time.
BATCH_ITEMS = env.integer("BATCH_ITEMS", 50_000, minimum=1)
BATCH_PARALLEL = env.integer("BATCH_PARALLEL", min(8, len(os.sched_getaffinity(0))), minimum=1, maximum=64)

# Threads of one job on a large file, where the format allows frames that are compressed side by side.
CODEC_THREADS = env.integer("CODEC_THREADS", min(8, len(os.sched_getaffinity(0))), minimum=1, maximum=64)
CODEC_MEMORY_BYTES = env.integer("CODEC_MEMORY_BYTES", 2 * GIB, minimum=64 * MIB)
DECODED_LIMIT_BYTES = env.integer("DECODED_LIMIT_BYTES", 64 * GIB, minimum=1)
# Beyond 256 MiB of output. What the platform itself made may be as good as it is.
DECODED_RATIO_LIMIT = env.integer("DECODED_RATIO_LIMIT", 1000, minimum=1)
JOB_TIMEOUT_S = env.integer("JOB_TIMEOUT_S", 6 * 3600, minimum=1)

# Django's own: bodies that are not files stay small, files are streamed by `files.uploads` and refused elsewhere.
FILE_UPLOAD_HANDLERS = ["core.uploads.NoFiles"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * MIB + 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = BATCH_FILES + 100  # a path for each file
DATA_UPLOAD_MAX_NUMBER_FILES = BATCH_FILES + 1  # one more, so that our own refusal says what helps
