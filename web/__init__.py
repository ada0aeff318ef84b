"""What people see: pages, REST API, archive playback, and the TypeScript client."""
