-- DPoP proofs that were used, by the digest of key and jti, until they are too old to be taken.
CREATE TABLE proofs (
    name BLOB PRIMARY KEY NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX proofs_until ON proofs (until);

-- Whoever proves itself by a TLS certificate: its digests as a JSON array, or its subject. jwks is an empty set then.
ALTER TABLE applications ADD COLUMN certificates TEXT;
ALTER TABLE applications ADD COLUMN certificate_subject TEXT;
ALTER TABLE applications ADD COLUMN suspended_at INTEGER;
CREATE INDEX applications_suspended ON applications (suspended_at);
