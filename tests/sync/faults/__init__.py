"""What happens to real processes on real files behind a bad network, kill -9 and a full disk."""
