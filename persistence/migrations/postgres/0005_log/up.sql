-- The Merkle log over receipts: one row that says how far it goes and what was signed last.
CREATE TABLE log_state (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    origin TEXT NOT NULL,
    size BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    signed_size BIGINT,
    signed_root BYTEA,
    note TEXT,
    CONSTRAINT log_state_whole_checkpoint
        CHECK ((signed_size IS NULL) = (note IS NULL) AND (signed_root IS NULL) = (note IS NULL))
);

-- Hashes of one level, 256 in a full tile (C2SP tlog-tiles).
CREATE TABLE log_tiles (
    level BIGINT NOT NULL,
    number BIGINT NOT NULL,
    first_sequence BIGINT,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (level, number)
);
-- Hashes cannot be compressed.
ALTER TABLE log_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
-- By the place of its event a receipt's tile is found.
CREATE UNIQUE INDEX log_tiles_first ON log_tiles (first_sequence) WHERE first_sequence IS NOT NULL;

-- Private keys that sign checkpoints.
CREATE TABLE log_keys (
    vkey TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    pkcs8 BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
