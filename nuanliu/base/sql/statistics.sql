-- What the planner knows of rows that came by the hundred thousand a moment ago: nothing, until autovacuum looks. A
-- plan made in between takes them for one row and compares each with each. The owner's right to look, lent for
-- tables of ours; the application needs no right to maintain them.

CREATE OR REPLACE FUNCTION base_refresh_statistics(wanted text[]) RETURNS void
-- A coarse look does: it tells how many rows and how they lie; autovacuum looks closely later. 0.03 s a table, not 0.35.
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET default_statistics_target = 10 AS $$
DECLARE
    name text;
BEGIN
    -- In one order for everybody: a table that is being looked at is looked at by nobody else.
    FOR name IN SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname = ANY (wanted) ORDER BY relname
    LOOP
        EXECUTE format('ANALYZE public.%I', name);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION base_refresh_statistics(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION base_refresh_statistics(text[]) TO nuanliu_app;
