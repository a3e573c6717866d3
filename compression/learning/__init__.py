"""The platform learns: outcomes are harvested, states trained on them, and one state serves."""
