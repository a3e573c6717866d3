"""Addresses of the kernel: jobs for people and programs, health."""
