-- What was granted so far is the application of the business itself: every right, without an end.
ALTER TABLE mandates ADD COLUMN kind TEXT NOT NULL DEFAULT 'own';
ALTER TABLE mandates ADD COLUMN status TEXT NOT NULL DEFAULT 'in_force';
ALTER TABLE mandates ADD COLUMN rights INTEGER NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE mandates ADD COLUMN valid_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mandates ADD COLUMN valid_until INTEGER;
ALTER TABLE mandates ADD COLUMN principal_active INTEGER NOT NULL DEFAULT 1;
ALTER TABLE mandates ADD COLUMN parent_id TEXT;
ALTER TABLE mandates ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE mandates ADD COLUMN paper TEXT NOT NULL DEFAULT '{"powers":[],"sub_delegation":false,"ai_agent":false,"granted_by":null,"ended_because":null}';
UPDATE mandates SET valid_from = granted_at;
UPDATE mandates SET status = 'ended' WHERE ended_at IS NOT NULL;
CREATE INDEX mandates_application ON mandates (application_id, id);
CREATE INDEX mandates_business ON mandates (business_id, id);
CREATE INDEX mandates_parent ON mandates (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX mandates_expiry ON mandates (valid_until, id) WHERE ended_at IS NULL AND valid_until IS NOT NULL;
ALTER TABLE events ADD COLUMN ground TEXT;

-- The business is named by its numbers: whether the gateway knows it must not show.
CREATE TABLE access_requests (
    id TEXT PRIMARY KEY NOT NULL,
    application_id TEXT NOT NULL REFERENCES applications (id),
    inn TEXT NOT NULL,
    ogrn TEXT NOT NULL,
    reference TEXT NOT NULL,
    status TEXT NOT NULL,
    content TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    answered_at INTEGER
) STRICT;
CREATE UNIQUE INDEX access_requests_reference ON access_requests (application_id, reference);
CREATE UNIQUE INDEX access_requests_waiting ON access_requests (application_id, inn) WHERE answered_at IS NULL;
CREATE INDEX access_requests_application ON access_requests (application_id, id);
CREATE INDEX access_requests_business ON access_requests (inn, id);
CREATE INDEX access_requests_expiry ON access_requests (expires_at, id) WHERE answered_at IS NULL;
