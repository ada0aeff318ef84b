"""Server-rendered pages: read the request, ask a service, render."""
