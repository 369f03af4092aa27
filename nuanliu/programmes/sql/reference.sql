-- Reference data: the application reads it. Migrations write it; the register of rules and the list of prohibited
-- goods also grow by actions, and nothing of them is removed.

REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON programmes_category, programmes_categorywording, programmes_tag,
    programmes_purpose FROM nuanliu_app;
REVOKE UPDATE, DELETE, TRUNCATE ON programmes_ruledocument, programmes_prohibitedgoods FROM nuanliu_app;
GRANT UPDATE (effective_to, replaced_by_id) ON programmes_ruledocument TO nuanliu_app;
GRANT UPDATE (valid_to) ON programmes_prohibitedgoods TO nuanliu_app;

-- An end is written once: no rule is revived, no word taken off the list for a day that has been judged.
CREATE OR REPLACE FUNCTION programmes_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry of % ends once', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;

CREATE OR REPLACE TRIGGER programmes_rule_ends_once BEFORE UPDATE ON programmes_ruledocument
    FOR EACH ROW WHEN (OLD.effective_to IS NOT NULL AND current_user = 'nuanliu_app')
    EXECUTE FUNCTION programmes_end_once();
CREATE OR REPLACE TRIGGER programmes_goods_end_once BEFORE UPDATE ON programmes_prohibitedgoods
    FOR EACH ROW WHEN (OLD.valid_to IS NOT NULL AND current_user = 'nuanliu_app')
    EXECUTE FUNCTION programmes_end_once();

-- R-049: the prohibited word that a text names goods by, as rules.prohibited finds it; NULL where there is none.
CREATE OR REPLACE FUNCTION programmes_prohibited_word(goods text, on_day date) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    tight text := regexp_replace(upper(normalize(goods, NFKC)), '\s+', '', 'g');
    entry record;
    excuses text;
BEGIN
    FOR entry IN
        SELECT word, exceptions FROM programmes_prohibitedgoods
        WHERE valid_from <= on_day AND (valid_to IS NULL OR on_day <= valid_to) AND strpos(tight, word) > 0
        ORDER BY length(word) DESC, word COLLATE "C"
    LOOP
        SELECT string_agg(regexp_replace(excuse, '([^[:alnum:]])', '\\\1', 'g'), '|' ORDER BY length(excuse) DESC)
            INTO excuses FROM unnest(entry.exceptions) AS excuse;
        IF excuses IS NULL OR strpos(regexp_replace(tight, excuses, '|', 'g'), entry.word) > 0 THEN
            RETURN entry.word;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- R-051: whether warmth money may be used for a purpose; for the constraints of packages above.
CREATE OR REPLACE FUNCTION programmes_purpose_allowed(wanted text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$ SELECT coalesce((SELECT allowed FROM programmes_purpose WHERE code = wanted), false) $$;
