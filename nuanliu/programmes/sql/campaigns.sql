-- What a campaign is never changes; its window moves only before it begins, and once closed nothing of it does.

REVOKE UPDATE ON programmes_campaign FROM nuanliu_app;
GRANT UPDATE (starts_on, ends_on, service_month_starts_on, service_month_ends_on, notice_number, notice_title,
    notice_printed_on, reports_due_on, entry_lag_days, closed_on, close_reason) ON programmes_campaign TO nuanliu_app;

CREATE OR REPLACE FUNCTION programmes_check_campaign_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_on IS NOT NULL THEN
        RAISE EXCEPTION 'campaign.closed: nothing of a closed campaign changes' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.starts_on, NEW.ends_on) IS DISTINCT FROM (OLD.starts_on, OLD.ends_on) AND OLD.starts_on <= CURRENT_DATE THEN
        RAISE EXCEPTION 'campaign.begun: the window of a campaign that has begun stays' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER programmes_campaign_changes BEFORE UPDATE ON programmes_campaign
    FOR EACH ROW EXECUTE FUNCTION programmes_check_campaign_change();
