"""Durable jobs: a row first, Redis only as the messenger."""

from core.jobs.context import JobCancelled, JobContext, LeaseLost
from core.jobs.kinds import job, kinds
from core.jobs.services import enqueue

__all__ = ["JobCancelled", "JobContext", "LeaseLost", "enqueue", "job", "kinds"]
