"""One input against many candidates: measured side by side, ranked for a link."""
