"""Streams: a request's body through a codec into its answer, in constant memory, with nothing stored."""
