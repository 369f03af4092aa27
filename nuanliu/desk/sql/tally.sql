-- Each statement that brings or changes awards adds what it changed, one row for each campaign, union and state. Nobody
-- but these triggers writes here.

REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON desk_tally FROM nuanliu_app;
GRANT INSERT ON desk_tally TO nuanliu_matcher;

CREATE OR REPLACE FUNCTION desk_tally_awards() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO desk_tally (campaign_id, organization_path, state, awards, amount_fen)
        SELECT campaign_id, organization_path, state, count(*), sum(cash_fen + goods_fen)
        FROM arrived GROUP BY campaign_id, organization_path, state;
    ELSE
        INSERT INTO desk_tally (campaign_id, organization_path, state, awards, amount_fen)
        SELECT campaign_id, organization_path, state, sum(more), sum(more * fen)
        FROM (
            SELECT campaign_id, organization_path, state, 1 AS more, cash_fen + goods_fen AS fen FROM changed
            UNION ALL
            SELECT campaign_id, organization_path, state, -1, cash_fen + goods_fen FROM earlier
        ) AS moved
        GROUP BY campaign_id, organization_path, state
        HAVING sum(more) <> 0 OR sum(more * fen) <> 0;
    END IF;
    RETURN NULL;
END
$$;
ALTER FUNCTION desk_tally_awards() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION desk_tally_awards() FROM PUBLIC;

CREATE OR REPLACE TRIGGER desk_tallied_on_arrival AFTER INSERT ON awards_award
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION desk_tally_awards();
CREATE OR REPLACE TRIGGER desk_tallied_on_change AFTER UPDATE ON awards_award
    REFERENCING OLD TABLE AS earlier NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION desk_tally_awards();
-- Also where rows are put in behind the other triggers' back: the counts are never those of another day.
ALTER TABLE awards_award ENABLE ALWAYS TRIGGER desk_tallied_on_arrival;
ALTER TABLE awards_award ENABLE ALWAYS TRIGGER desk_tallied_on_change;
