-- The Merkle log over receipts: one row that says how far it goes and what was signed last.
CREATE TABLE log_state (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    signed_size INTEGER,
    signed_root BLOB,
    note TEXT,
    CONSTRAINT log_state_whole_checkpoint
        CHECK ((signed_size IS NULL) = (note IS NULL) AND (signed_root IS NULL) = (note IS NULL))
) STRICT;

-- Hashes of one level, 256 in a full tile (C2SP tlog-tiles).
CREATE TABLE log_tiles (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    first_sequence INTEGER,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT;
-- By the place of its event a receipt's tile is found.
CREATE UNIQUE INDEX log_tiles_first ON log_tiles (first_sequence) WHERE first_sequence IS NOT NULL;

-- Private keys that sign checkpoints.
CREATE TABLE log_keys (
    vkey TEXT PRIMARY KEY NOT NULL,
    pkcs8 BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
