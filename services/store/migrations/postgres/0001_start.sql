-- Text is compared byte by byte (COLLATE "C"), as SQLite does, whatever the language of the database. SQLite
-- takes no NaN where something must be; here a CHECK says so.

CREATE TABLE articles (
    page_id text COLLATE "C" NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    canonical_url text COLLATE "C" NOT NULL,
    url text COLLATE "C" NOT NULL,
    source_id text COLLATE "C",
    title text COLLATE "C",
    text text COLLATE "C" NOT NULL,
    language text COLLATE "C",
    published text COLLATE "C",
    modified text COLLATE "C",
    fetched_at timestamptz NOT NULL,
    genre text COLLATE "C" NOT NULL,
    story_id text COLLATE "C" NOT NULL,
    independent_sources bigint NOT NULL,
    copy_verdict text COLLATE "C" NOT NULL,
    copy_score double precision NOT NULL CHECK (copy_score <> 'NaN'),
    copy_of text COLLATE "C",
    status text COLLATE "C" NOT NULL,
    record bytea NOT NULL
);
CREATE INDEX articles_by_story ON articles (story_id);
CREATE INDEX articles_by_source ON articles (source_id, fetched_at);

CREATE TABLE relevance (
    page_id text COLLATE "C" NOT NULL,
    country text COLLATE "C" NOT NULL,
    grade bigint NOT NULL,
    score double precision NOT NULL CHECK (score <> 'NaN'),
    PRIMARY KEY (page_id, country)
);

CREATE TABLE entities (
    page_id text COLLATE "C" NOT NULL,
    entity_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    mentions bigint NOT NULL,
    PRIMARY KEY (page_id, entity_id)
);
CREATE INDEX entities_by_id ON entities (entity_id);

CREATE TABLE topics (
    page_id text COLLATE "C" NOT NULL,
    topic_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    medtop text COLLATE "C",
    score double precision NOT NULL CHECK (score <> 'NaN'),
    PRIMARY KEY (page_id, topic_id)
);
CREATE INDEX topics_by_id ON topics (topic_id);

CREATE TABLE stories (
    story_id text COLLATE "C" NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    title text COLLATE "C",
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    independent_sources bigint NOT NULL,
    record bytea NOT NULL
);

CREATE TABLE memberships (
    story_id text COLLATE "C" NOT NULL,
    page_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (story_id, page_id)
);
CREATE INDEX memberships_by_page ON memberships (page_id);

CREATE TABLE fates (
    stage text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    "partition" bigint NOT NULL,
    "offset" bigint NOT NULL,
    page_id text COLLATE "C" NOT NULL,
    fate text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    detail text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    seconds double precision NOT NULL CHECK (seconds <> 'NaN'),
    lane text COLLATE "C",
    url text COLLATE "C",
    stamps text COLLATE "C" NOT NULL,
    PRIMARY KEY (stage, topic, "partition", "offset", page_id)
);
CREATE INDEX fates_by_page ON fates (page_id);
CREATE INDEX fates_by_reason ON fates (stage, fate, reason);

CREATE TABLE dead_letters (
    stage text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    "partition" bigint NOT NULL,
    "offset" bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    error text COLLATE "C" NOT NULL,
    attempts bigint NOT NULL,
    redrives bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    url text COLLATE "C",
    record bytea NOT NULL,
    PRIMARY KEY (stage, topic, "partition", "offset", key)
);
CREATE INDEX dead_letters_by_key ON dead_letters (key);
CREATE INDEX dead_letters_by_reason ON dead_letters (topic, stage, reason);

CREATE TABLE sources (
    source_id text COLLATE "C" NOT NULL PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    homepage text COLLATE "C" NOT NULL,
    country text COLLATE "C",
    family text COLLATE "C",
    kind text COLLATE "C" NOT NULL,
    seen_at timestamptz NOT NULL,
    record bytea NOT NULL
);

-- The folded words of an article, parted by single spaces, and their index. It stands beside the articles, so
-- that a row which is delivered again and loses costs no word. Titles have the weight A, texts D. A word of one
-- space, which no text has, lies between them: no phrase reaches from the title into the text. An index
-- entry holds 1 MiB at most: 20,000 and 180,000 characters can never be more.
CREATE TABLE search_text (
    page_id text COLLATE "C" NOT NULL PRIMARY KEY,
    title text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    words tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('pg_catalog.simple', left(title, 20000)), 'A')
        || $$' ':1$$::tsvector
        || to_tsvector('pg_catalog.simple', left(text, 180000))
    ) STORED
);
CREATE INDEX search_words ON search_text USING gin (words);
