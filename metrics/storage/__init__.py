"""Samples and what is rolled up of them: written, read, rolled up and dropped here and nowhere else."""
