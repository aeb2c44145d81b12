-- The day of an article as a search sorts by it (services/store/dialect.py: day): the newest few are found without
-- the others, and without their texts. The function is immutable, which to_char alone may not be: here it has no
-- pattern that a setting changes.
CREATE FUNCTION article_day(published text, fetched_at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(substr(published, 1, 10), to_char(fetched_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')) COLLATE "C";
CREATE INDEX articles_by_day ON articles (article_day(published, fetched_at) DESC, fetched_at DESC, page_id)
    WHERE status = 'usable';
