"""The benchmark against the peers: ``python -m tests.bench.run --help``."""
