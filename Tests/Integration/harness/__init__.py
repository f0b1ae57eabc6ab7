"""What the end-to-end tests share: a host process, a raw HTTP client, messages, schemas."""
