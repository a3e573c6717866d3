"""Alerts: rules over series, the states that they are in, and who is told."""
