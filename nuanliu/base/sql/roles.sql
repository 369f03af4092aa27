-- The database roles. Run once for each server by its administrator, connected to any database; safe to run
-- twice. Then give each role with LOGIN a password, and make the database (order and collation by code point
-- are part of the row-level security):
--
--   CREATE DATABASE nuanliu OWNER nuanliu_owner TEMPLATE template0
--     ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8';
--
-- and run grants.sql connected to it.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['nuanliu_owner', 'nuanliu_app', 'nuanliu_auditor', 'nuanliu_matcher'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
    END LOOP;
END
$$;

-- Owns every table and runs migrations. Row-level security is forced upon it too.
ALTER ROLE nuanliu_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

-- The application: web, worker and command line. Owns nothing.
ALTER ROLE nuanliu_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

-- Reads within a scope, like the application; writes nothing.
ALTER ROLE nuanliu_auditor LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE nuanliu_auditor SET default_transaction_read_only = on;

-- Owns the few functions that look across organizations and return no personal value. Nobody logs in as it.
ALTER ROLE nuanliu_matcher NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS;
GRANT nuanliu_matcher TO nuanliu_owner WITH INHERIT TRUE, SET TRUE;
