-- Times are RFC 3339 in UTC with microseconds, so that text order is time order.

CREATE TABLE articles (
    page_id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    canonical_url TEXT NOT NULL,
    url TEXT NOT NULL,
    source_id TEXT,
    title TEXT,
    text TEXT NOT NULL,
    language TEXT,
    published TEXT,
    modified TEXT,
    fetched_at TEXT NOT NULL,
    genre TEXT NOT NULL,
    story_id TEXT NOT NULL,
    independent_sources INTEGER NOT NULL,
    copy_verdict TEXT NOT NULL,
    copy_score REAL NOT NULL,
    copy_of TEXT,
    status TEXT NOT NULL,
    record BLOB NOT NULL
) STRICT;
CREATE INDEX articles_by_story ON articles (story_id);
CREATE INDEX articles_by_source ON articles (source_id, fetched_at);

CREATE TABLE relevance (
    page_id TEXT NOT NULL,
    country TEXT NOT NULL,
    grade INTEGER NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (page_id, country)
) STRICT, WITHOUT ROWID;

CREATE TABLE entities (
    page_id TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    mentions INTEGER NOT NULL,
    PRIMARY KEY (page_id, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX entities_by_id ON entities (entity_id);

CREATE TABLE topics (
    page_id TEXT NOT NULL,
    topic_id TEXT NOT NULL,
    name TEXT NOT NULL,
    medtop TEXT,
    score REAL NOT NULL,
    PRIMARY KEY (page_id, topic_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX topics_by_id ON topics (topic_id);

CREATE TABLE stories (
    story_id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    title TEXT,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    independent_sources INTEGER NOT NULL,
    record BLOB NOT NULL
) STRICT;

CREATE TABLE memberships (
    story_id TEXT NOT NULL,
    page_id TEXT NOT NULL,
    PRIMARY KEY (story_id, page_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_page ON memberships (page_id);

CREATE TABLE fates (
    stage TEXT NOT NULL,
    topic TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    page_id TEXT NOT NULL,
    fate TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    at TEXT NOT NULL,
    seconds REAL NOT NULL,
    lane TEXT,
    url TEXT,
    stamps TEXT NOT NULL,
    PRIMARY KEY (stage, topic, "partition", "offset", page_id)
) STRICT;
CREATE INDEX fates_by_page ON fates (page_id);
CREATE INDEX fates_by_reason ON fates (stage, fate, reason);

CREATE TABLE dead_letters (
    stage TEXT NOT NULL,
    topic TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    key TEXT NOT NULL,
    reason TEXT NOT NULL,
    error TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    redrives INTEGER NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    url TEXT,
    record BLOB NOT NULL,
    PRIMARY KEY (stage, topic, "partition", "offset", key)
) STRICT;
CREATE INDEX dead_letters_by_key ON dead_letters (key);
CREATE INDEX dead_letters_by_reason ON dead_letters (topic, stage, reason);

CREATE TABLE sources (
    source_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    homepage TEXT NOT NULL,
    country TEXT,
    family TEXT,
    kind TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    record BLOB NOT NULL
) STRICT;

-- The folded words of an article. The index holds no copy of its own: it reads them here, and the
-- triggers below keep it in step in the same transaction, by whatever way a row changes.
-- No prefix index: it halved the writes (1,140 against 2,040 articles/s) and word* took 2 ms either way.
CREATE TABLE search_text (
    id INTEGER NOT NULL PRIMARY KEY,
    page_id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE search USING fts5 (
    title,
    text,
    content = 'search_text',
    content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);

-- A word in the title weighs as much as four in the text.
INSERT INTO search (search, rank) VALUES ('rank', 'bm25(4.0, 1.0)');

CREATE TRIGGER search_text_inserted AFTER INSERT ON search_text BEGIN
    INSERT INTO search (rowid, title, text) VALUES (new.id, new.title, new.text);
END;

CREATE TRIGGER search_text_updated AFTER UPDATE ON search_text BEGIN
    INSERT INTO search (search, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
    INSERT INTO search (rowid, title, text) VALUES (new.id, new.title, new.text);
END;

CREATE TRIGGER search_text_deleted AFTER DELETE ON search_text BEGIN
    INSERT INTO search (search, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END;
