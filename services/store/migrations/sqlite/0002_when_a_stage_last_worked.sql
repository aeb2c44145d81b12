-- `sirwan status` asks for the newest fate of each stage: 1.3 s over a million fates without this, 0.2 s with it.
CREATE INDEX fates_by_time ON fates (stage, at);
