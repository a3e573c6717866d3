"""One thing done with many files at once: shown first, then done in one go, with an outcome for each."""
