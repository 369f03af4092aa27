"""Django's PostgreSQL backend over the embedded server: whoever connects finds it running."""
