-- Businesses that are looked at for proactive service, and up to what each was looked at last; the empty text is behind all.
CREATE TABLE looks (
    business_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES businesses (id),
    frontier TEXT COLLATE "C" NOT NULL
);
CREATE INDEX looks_frontier ON looks (frontier, business_id);
