"""The endpoint through which other systems start flows (R9): ASGI application and its server."""
