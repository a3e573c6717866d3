"""The web process: uvicorn, a bridge that runs Django on threads, and handoffs on the event loop.

Why it is made like this, with measurements: docs/decisions/0001-serving.md.
"""
