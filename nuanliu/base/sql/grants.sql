-- Rights of the roles in one database. Run by an administrator connected to it, before the first migration;
-- safe to run twice. Append-only tables take rights back in their own SQL.

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO nuanliu_auditor', current_database());
    -- Lists are copied into a temporary table first: COPY is refused on tables with policies.
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO nuanliu_app', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO nuanliu_app, nuanliu_auditor;
GRANT USAGE, CREATE ON SCHEMA public TO nuanliu_owner, nuanliu_matcher;

-- Without a schema: only so can the built-in right of PUBLIC to execute every function be taken back.
ALTER DEFAULT PRIVILEGES FOR ROLE nuanliu_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE nuanliu_matcher REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

ALTER DEFAULT PRIVILEGES FOR ROLE nuanliu_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO nuanliu_app;
ALTER DEFAULT PRIVILEGES FOR ROLE nuanliu_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO nuanliu_auditor;
ALTER DEFAULT PRIVILEGES FOR ROLE nuanliu_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO nuanliu_app;
ALTER DEFAULT PRIVILEGES FOR ROLE nuanliu_owner IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO nuanliu_app, nuanliu_owner, nuanliu_auditor;
ALTER DEFAULT PRIVILEGES FOR ROLE nuanliu_matcher IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO nuanliu_app;
