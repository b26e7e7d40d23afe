-- Texts that are compared or sorted have the collation "C": byte order, as in SQLite, whatever the cluster's locale.
-- Moments are microseconds since 1970 in UTC; JSON is TEXT; digests are the 32 bytes of SHA-256.

CREATE TABLE applications (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    authority_id TEXT COLLATE "C",
    secret_digest BYTEA,
    jwks TEXT,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT applications_one_authentication CHECK ((secret_digest IS NULL) <> (jwks IS NULL))
);

CREATE TABLE assertions (
    client_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    jti TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (client_id, jti)
);
CREATE INDEX assertions_until ON assertions (until);

CREATE TABLE revocations (
    jti TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    until BIGINT NOT NULL
);
CREATE INDEX revocations_until ON revocations (until);

CREATE TABLE signing_keys (
    kid TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    pkcs8 BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE businesses (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    inn TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    profile TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX businesses_inn ON businesses (inn);

CREATE TABLE profile_versions (
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    version BIGINT NOT NULL,
    profile TEXT NOT NULL,
    at BIGINT NOT NULL,
    application_id TEXT COLLATE "C" REFERENCES applications (id),
    source TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (business_id, version)
);

CREATE TABLE mandates (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    granted_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX mandates_in_force ON mandates (application_id, business_id) WHERE ended_at IS NULL;

CREATE TABLE submissions (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    service TEXT COLLATE "C" NOT NULL,
    service_version BIGINT NOT NULL,
    authority_id TEXT COLLATE "C" NOT NULL,
    situation TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C",
    form TEXT NOT NULL,
    attachments TEXT NOT NULL,
    dossier TEXT NOT NULL,
    open_digest BYTEA,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    lodged_at BIGINT,
    decision_due_at BIGINT,
    expires_at BIGINT
);
-- The filters of a list stand in the index, so that what does not match costs no visit to its row.
CREATE INDEX submissions_business ON submissions (business_id, id, state, service, situation);
CREATE INDEX submissions_expiry ON submissions (expires_at, id) WHERE expires_at IS NOT NULL;

CREATE TABLE attachments (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    submission_id TEXT COLLATE "C" REFERENCES submissions (id),
    side TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    document TEXT COLLATE "C",
    size BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX attachments_business ON attachments (business_id, id);

-- One row. Every writer of every replica locks it first, so that places are given without gaps in commit order.
CREATE TABLE sequence (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    last BIGINT NOT NULL
);
INSERT INTO sequence (id, last) VALUES (1, 0);

CREATE TABLE events (
    sequence BIGINT PRIMARY KEY NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    authority_id TEXT COLLATE "C",
    subject TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" REFERENCES applications (id),
    touchpoint TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C",
    situation TEXT COLLATE "C",
    data TEXT NOT NULL
);
CREATE INDEX events_business ON events (business_id, sequence);
CREATE INDEX events_authority ON events (authority_id, sequence) WHERE authority_id IS NOT NULL;
CREATE INDEX events_subject ON events (subject, sequence);

CREATE TABLE receipts (
    sequence BIGINT PRIMARY KEY NOT NULL REFERENCES events (sequence),
    id TEXT COLLATE "C" NOT NULL,
    act TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    body_digest BYTEA,
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    idempotency_key TEXT COLLATE "C",
    subject TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    jws TEXT NOT NULL
);
CREATE UNIQUE INDEX receipts_id ON receipts (id);
-- Digests are keys in no order: each such index costs every receipt a page. This one finds open twins, too.
CREATE INDEX receipts_digest ON receipts (digest, business_id, sequence);
CREATE INDEX receipts_body_digest ON receipts (body_digest, sequence) WHERE body_digest IS NOT NULL;

CREATE TABLE tasks (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    authority_id TEXT COLLATE "C" NOT NULL,
    submission_id TEXT COLLATE "C" NOT NULL REFERENCES submissions (id),
    kind TEXT COLLATE "C" NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    available_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_id TEXT COLLATE "C",
    lease_until BIGINT,
    acknowledged_at BIGINT,
    CONSTRAINT tasks_whole_lease CHECK ((lease_id IS NULL) = (lease_until IS NULL))
);
-- What a pending task is judged by stands in the index, so that one that is not due or is held costs no visit to its row.
CREATE INDEX tasks_pending ON tasks (route, authority_id, available_at, id, lease_until, acknowledged_at)
    WHERE acknowledged_at IS NULL;

CREATE TABLE remembered_replies (
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    key TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    status BIGINT NOT NULL,
    location TEXT,
    etag TEXT,
    body TEXT NOT NULL,
    events_after BIGINT NOT NULL,
    events_upto BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (application_id, key)
);

CREATE TABLE catalogue_documents (
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (kind, code, version)
);
