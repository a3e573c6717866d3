"""What Prometheus reads: requests from files that the web processes share, all else from where it is true."""
