-- Each change of what official tables count leaves a row in its own transaction, one for each union and statement. Rows
-- are only added, so nobody waits for anybody; how many a reader sees names the state of the stream
-- (nuanliu/returns/queries/kept.py).

CREATE OR REPLACE FUNCTION returns_mark_awards() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO returns_streamchange (organization_path, of_awards)
        SELECT DISTINCT organization_path, true FROM arrived WHERE state = 'delivered';
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO returns_streamchange (organization_path, of_awards)
        SELECT organization_path, true FROM earlier WHERE state = 'delivered'
        UNION SELECT organization_path, true FROM changed WHERE state = 'delivered';
    ELSE
        INSERT INTO returns_streamchange (organization_path, of_awards)
        SELECT DISTINCT organization_path, true FROM earlier WHERE state = 'delivered';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER returns_marked_on_arrival AFTER INSERT ON awards_award
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION returns_mark_awards();
CREATE OR REPLACE TRIGGER returns_marked_on_change AFTER UPDATE ON awards_award
    REFERENCING OLD TABLE AS earlier NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION returns_mark_awards();
CREATE OR REPLACE TRIGGER returns_marked_on_removal AFTER DELETE ON awards_award
    REFERENCING OLD TABLE AS earlier FOR EACH STATEMENT EXECUTE FUNCTION returns_mark_awards();

-- Transfers and typed values are only added. A posting moves no table, for the award that it pays does; but it may
-- stand for no award, and that is looked for too (nuanliu/web/concerns.py).
CREATE OR REPLACE FUNCTION returns_mark_transfers() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO returns_streamchange (organization_path, of_awards)
    SELECT DISTINCT organization_path, false FROM arrived WHERE kind IN ('receive', 'allocate', 'post', 'reverse');
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER returns_marked_on_arrival AFTER INSERT ON ledger_transfer
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION returns_mark_transfers();

CREATE OR REPLACE FUNCTION returns_mark_entered() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO returns_streamchange (organization_path, of_awards)
    SELECT DISTINCT organization_path, false FROM arrived;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER returns_marked_on_arrival AFTER INSERT ON returns_enteredvalue
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION returns_mark_entered();

-- Also where rows are put in behind the other triggers' back: a table shown again must never be an old one.
ALTER TABLE awards_award ENABLE ALWAYS TRIGGER returns_marked_on_arrival;
ALTER TABLE awards_award ENABLE ALWAYS TRIGGER returns_marked_on_change;
ALTER TABLE awards_award ENABLE ALWAYS TRIGGER returns_marked_on_removal;
ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER returns_marked_on_arrival;
ALTER TABLE returns_enteredvalue ENABLE ALWAYS TRIGGER returns_marked_on_arrival;
