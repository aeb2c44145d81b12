-- Pages that are taken down: whatever comes of them later is refused by the statement that would write it
-- (services/store/tables.py: Guard). A dead letter may know a page by its address alone.
CREATE TABLE takedowns (
    page_id TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX takedowns_by_url ON takedowns (url);
INSERT INTO takedowns (page_id, url, reason, at)
    SELECT page_id, canonical_url, json_extract(CAST(record AS TEXT), '$.because'), fetched_at
      FROM articles WHERE status = 'canceled';
