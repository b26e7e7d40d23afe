-- Businesses that are looked at for proactive service, and up to what each was looked at last; the empty text is behind all.
CREATE TABLE looks (
    business_id TEXT PRIMARY KEY NOT NULL REFERENCES businesses (id),
    frontier TEXT NOT NULL
) STRICT;
CREATE INDEX looks_frontier ON looks (frontier, business_id);
