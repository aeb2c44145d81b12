-- The day of an article as a search sorts by it (services/store/dialect.py: day): the newest few are found without
-- the others, and without their texts.
CREATE INDEX articles_by_day ON articles (
    substr(coalesce(published, fetched_at), 1, 10) DESC, fetched_at DESC, page_id
) WHERE status = 'usable';
