"""Django's PostgreSQL backend for connections that last: asked before use only where there is a doubt."""
