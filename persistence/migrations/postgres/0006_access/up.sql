-- DPoP proofs that were used, by the digest of key and jti, until they are too old to be taken.
CREATE TABLE proofs (
    name BYTEA PRIMARY KEY NOT NULL,
    until BIGINT NOT NULL
);
CREATE INDEX proofs_until ON proofs (until);

-- Whoever proves itself by a TLS certificate: its digests as a JSON array, or its subject. jwks is an empty set then.
ALTER TABLE applications ADD COLUMN certificates TEXT;
ALTER TABLE applications ADD COLUMN certificate_subject TEXT;
ALTER TABLE applications ADD COLUMN suspended_at BIGINT;
CREATE INDEX applications_suspended ON applications (suspended_at);
