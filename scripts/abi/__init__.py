"""The ABI headers, read by the scripts beside this folder."""
