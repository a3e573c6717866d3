"""The page of the platform's state: which charts it has, and what it says first."""
