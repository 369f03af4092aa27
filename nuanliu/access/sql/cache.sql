-- What all processes must know at once and may forget: failed sign-ins, codes that were used. Django's cache table.
CREATE TABLE IF NOT EXISTS access_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX IF NOT EXISTS access_cache_expires ON access_cache (expires);
GRANT SELECT, INSERT, UPDATE, DELETE ON access_cache TO nuanliu_app;
