-- A fate names its source; those kept before have none. The index holds the fates that end the way of a page
-- (services/store/endings.py), one a page, so that the last few of each source are found without the others.
ALTER TABLE fates ADD COLUMN source_id TEXT;
CREATE INDEX fates_that_end ON fates (source_id, at)
    WHERE stage <> 'store' AND (fate <> 'done' OR stage = 'linker') AND coalesce(lane, '') NOT IN ('backfill', 'revisit')
      AND source_id IS NOT NULL;
