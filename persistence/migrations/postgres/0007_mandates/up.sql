-- What was granted so far is the application of the business itself: every right, without an end.
ALTER TABLE mandates ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'own';
ALTER TABLE mandates ADD COLUMN status TEXT COLLATE "C" NOT NULL DEFAULT 'in_force';
ALTER TABLE mandates ADD COLUMN rights BIGINT NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE mandates ADD COLUMN valid_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE mandates ADD COLUMN valid_until BIGINT;
ALTER TABLE mandates ADD COLUMN principal_active BIGINT NOT NULL DEFAULT 1;
ALTER TABLE mandates ADD COLUMN parent_id TEXT COLLATE "C";
ALTER TABLE mandates ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
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
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    inn TEXT COLLATE "C" NOT NULL,
    ogrn TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    content TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE UNIQUE INDEX access_requests_reference ON access_requests (application_id, reference);
CREATE UNIQUE INDEX access_requests_waiting ON access_requests (application_id, inn) WHERE answered_at IS NULL;
CREATE INDEX access_requests_application ON access_requests (application_id, id);
CREATE INDEX access_requests_business ON access_requests (inn, id);
CREATE INDEX access_requests_expiry ON access_requests (expires_at, id) WHERE answered_at IS NULL;
