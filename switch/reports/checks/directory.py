"""The directory and the calendar: each row is what the sealed history of its changes says, so that no key or end point is slipped in."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination

NAME, INVARIANT = "directory", "I14"

_VERSION = text("SELECT 'version of the directory', 'it is gone' WHERE NOT EXISTS (SELECT FROM directory_version)")
_COUNT = text("SELECT (SELECT count(*) FROM participant) + (SELECT count(*) FROM participant_key) + (SELECT count(*) FROM biller_endpoint)")
_WRONG = text("""
    WITH stands AS (
        SELECT 'participant' AS kind, code AS subject, to_jsonb(participant) - 'changed_at' AS content FROM participant
        UNION ALL SELECT 'key', keyid, to_jsonb(participant_key) - 'changed_at' FROM participant_key
        UNION ALL SELECT 'endpoint', biller_code, to_jsonb(biller_endpoint) - 'changed_at' FROM biller_endpoint
        UNION ALL SELECT 'service', code, to_jsonb(service) - 'changed_at' - 'digest' FROM service
        UNION ALL SELECT 'tariff', tariff_id, to_jsonb(tariff) - 'digest' FROM tariff
        UNION ALL SELECT 'split', split_id, to_jsonb(settlement_split) - 'digest' FROM settlement_split
        UNION ALL SELECT 'webhook', endpoint_id::text, to_jsonb(webhook_endpoint) - 'changed_at' FROM webhook_endpoint
        UNION ALL SELECT 'outage', outage_id::text, to_jsonb(outage) - 'changed_at' FROM outage
        UNION ALL SELECT 'limit', limit_id, to_jsonb(participant_limit) - 'changed_at' FROM participant_limit
        UNION ALL SELECT 'staff', name, to_jsonb(staff_account) - 'changed_at' - 'password_hash' - 'totp_secret' || jsonb_build_object(
            'credentials', encode(sha256(convert_to(password_hash || ' ' || totp_secret, 'UTF8')), 'hex')) FROM staff_account
        UNION ALL SELECT 'staff_token', token_id::text, to_jsonb(staff_token) - 'changed_at' FROM staff_token
    ),
    -- Moments are written in more than one way: as the row that they were, they are written in one.
    last AS (
        SELECT DISTINCT ON (kind, subject) kind, subject, CASE kind
            WHEN 'webhook' THEN to_jsonb(jsonb_populate_record(NULL::webhook_endpoint, content)) - 'changed_at'
            WHEN 'staff_token' THEN to_jsonb(jsonb_populate_record(NULL::staff_token, content)) - 'changed_at'
            WHEN 'outage' THEN to_jsonb(jsonb_populate_record(NULL::outage, content)) - 'changed_at'
            ELSE content END AS content
        FROM directory_change ORDER BY kind, subject, changed_at DESC, xact DESC, change_id DESC
    )
    SELECT kind || ' ' || subject, CASE
        WHEN last.content IS NULL THEN 'it is there, and no change of the directory has put it there'
        WHEN stands.content IS NULL THEN 'it is gone, and its changes are on record'
        ELSE 'it is not what its last change on record says' END
    FROM stands FULL JOIN last USING (kind, subject)
    WHERE jsonb_strip_nulls(stands.content) IS DISTINCT FROM jsonb_strip_nulls(last.content)
""")
_CALENDAR = text("""
    WITH cut_offs AS (
        SELECT currency, jsonb_agg(to_char(make_interval(mins => minute_of_day::integer), 'HH24:MI') ORDER BY number) AS stands
        FROM cut_off GROUP BY currency
    ),
    last AS (SELECT DISTINCT ON (currency) currency, content FROM calendar_change ORDER BY currency, changed_at DESC, xact DESC),
    days AS (SELECT jsonb_object_agg(day, jsonb_build_object('ar', name_ar, 'en', name_en)) AS stands FROM holiday),
    newest AS (SELECT content FROM calendar_change ORDER BY changed_at DESC, xact DESC LIMIT 1)
    SELECT 'cut-offs of ' || currency, 'they are not what the last change on record says'
    FROM cut_offs FULL JOIN last USING (currency) WHERE stands IS DISTINCT FROM nullif(content->'cut_offs', '[]')
    UNION ALL
    SELECT 'holidays', 'they are not what the last change on record says'
    FROM days LEFT JOIN newest ON true WHERE stands IS DISTINCT FROM nullif(content->'holidays', '{}')
    UNION ALL
    SELECT 'calendar change ' || change_id, 'it is not what was recorded'
    FROM calendar_change WHERE digest <> sha256(convert_to((to_jsonb(calendar_change) - 'digest')::text, 'UTF8'))
""")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    await look.where_wrong(_WRONG)
    await look.where_wrong(_VERSION)
    await look.where_wrong(_CALENDAR)
