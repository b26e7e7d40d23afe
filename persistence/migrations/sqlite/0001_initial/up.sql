-- Tables of small rows that are found by their whole key are WITHOUT ROWID: one tree instead of two.
-- Tables with documents in their rows keep the rowid, because big rows make a key tree deep.
-- Moments are microseconds since 1970 in UTC; JSON is TEXT; digests are the 32 bytes of SHA-256.

CREATE TABLE applications (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    side TEXT NOT NULL,
    authority_id TEXT,
    secret_digest BLOB,
    jwks TEXT,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT applications_one_authentication CHECK ((secret_digest IS NULL) <> (jwks IS NULL))
) STRICT;

CREATE TABLE assertions (
    client_id TEXT NOT NULL REFERENCES applications (id),
    jti TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (client_id, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX assertions_until ON assertions (until);

CREATE TABLE revocations (
    jti TEXT PRIMARY KEY NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX revocations_until ON revocations (until);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    pkcs8 BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE businesses (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    inn TEXT NOT NULL,
    name TEXT NOT NULL,
    profile TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX businesses_inn ON businesses (inn);

CREATE TABLE profile_versions (
    business_id TEXT NOT NULL REFERENCES businesses (id),
    version INTEGER NOT NULL,
    profile TEXT NOT NULL,
    at INTEGER NOT NULL,
    application_id TEXT REFERENCES applications (id),
    source TEXT NOT NULL,
    PRIMARY KEY (business_id, version)
) STRICT;

CREATE TABLE mandates (
    id TEXT PRIMARY KEY NOT NULL,
    application_id TEXT NOT NULL REFERENCES applications (id),
    business_id TEXT NOT NULL REFERENCES businesses (id),
    granted_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX mandates_in_force ON mandates (application_id, business_id) WHERE ended_at IS NULL;

CREATE TABLE submissions (
    id TEXT PRIMARY KEY NOT NULL,
    business_id TEXT NOT NULL REFERENCES businesses (id),
    application_id TEXT NOT NULL REFERENCES applications (id),
    service TEXT NOT NULL,
    service_version INTEGER NOT NULL,
    authority_id TEXT NOT NULL,
    situation TEXT,
    state TEXT NOT NULL,
    number TEXT,
    form TEXT NOT NULL,
    attachments TEXT NOT NULL,
    dossier TEXT NOT NULL,
    open_digest BLOB,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    lodged_at INTEGER,
    decision_due_at INTEGER,
    expires_at INTEGER
) STRICT;
-- The filters of a list stand in the index, so that what does not match costs no visit to its row.
CREATE INDEX submissions_business ON submissions (business_id, id, state, service, situation);
CREATE INDEX submissions_expiry ON submissions (expires_at, id) WHERE expires_at IS NOT NULL;

CREATE TABLE attachments (
    id TEXT PRIMARY KEY NOT NULL,
    business_id TEXT NOT NULL REFERENCES businesses (id),
    submission_id TEXT REFERENCES submissions (id),
    side TEXT NOT NULL,
    application_id TEXT NOT NULL REFERENCES applications (id),
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    document TEXT,
    size INTEGER NOT NULL,
    digest BLOB NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_business ON attachments (business_id, id);

-- One row. Every writer of every replica locks it first, so that places are given without gaps in commit order.
CREATE TABLE sequence (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO sequence (id, last) VALUES (1, 0);

CREATE TABLE events (
    sequence INTEGER PRIMARY KEY NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    business_id TEXT NOT NULL REFERENCES businesses (id),
    authority_id TEXT,
    subject TEXT NOT NULL,
    application_id TEXT REFERENCES applications (id),
    touchpoint TEXT NOT NULL,
    service TEXT,
    situation TEXT,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX events_business ON events (business_id, sequence);
CREATE INDEX events_authority ON events (authority_id, sequence) WHERE authority_id IS NOT NULL;
CREATE INDEX events_subject ON events (subject, sequence);

CREATE TABLE receipts (
    sequence INTEGER PRIMARY KEY NOT NULL REFERENCES events (sequence),
    id TEXT NOT NULL,
    act TEXT NOT NULL,
    digest BLOB NOT NULL,
    body_digest BLOB,
    business_id TEXT NOT NULL REFERENCES businesses (id),
    application_id TEXT NOT NULL REFERENCES applications (id),
    idempotency_key TEXT,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    jws TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX receipts_id ON receipts (id);
-- Digests are keys in no order: each such index costs every receipt a page. This one finds open twins, too.
CREATE INDEX receipts_digest ON receipts (digest, business_id, sequence);
CREATE INDEX receipts_body_digest ON receipts (body_digest, sequence) WHERE body_digest IS NOT NULL;

CREATE TABLE tasks (
    id TEXT PRIMARY KEY NOT NULL,
    authority_id TEXT NOT NULL,
    submission_id TEXT NOT NULL REFERENCES submissions (id),
    kind TEXT NOT NULL,
    route TEXT NOT NULL,
    available_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lease_id TEXT,
    lease_until INTEGER,
    acknowledged_at INTEGER,
    CONSTRAINT tasks_whole_lease CHECK ((lease_id IS NULL) = (lease_until IS NULL))
) STRICT, WITHOUT ROWID;
-- What a pending task is judged by stands in the index, so that one that is not due or is held costs no visit to its row.
CREATE INDEX tasks_pending ON tasks (route, authority_id, available_at, id, lease_until, acknowledged_at)
    WHERE acknowledged_at IS NULL;

CREATE TABLE remembered_replies (
    application_id TEXT NOT NULL REFERENCES applications (id),
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    location TEXT,
    etag TEXT,
    body TEXT NOT NULL,
    events_after INTEGER NOT NULL,
    events_upto INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (application_id, key)
) STRICT;

CREATE TABLE catalogue_documents (
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (kind, code, version)
) STRICT;
