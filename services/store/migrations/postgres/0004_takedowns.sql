-- Pages that are taken down: whatever comes of them later is refused by the statement that would write it
-- (services/store/tables.py: Guard). A dead letter may know a page by its address alone.
CREATE TABLE takedowns (
    page_id text COLLATE "C" NOT NULL PRIMARY KEY,
    url text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX takedowns_by_url ON takedowns (url);
INSERT INTO takedowns (page_id, url, reason, at)
    SELECT page_id, canonical_url, convert_from(record, 'UTF8')::jsonb ->> 'because', fetched_at
      FROM articles WHERE status = 'canceled';
