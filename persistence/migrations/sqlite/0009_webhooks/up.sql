-- Endpoints of applications. The place is a cursor into the sequence of events, as a reader of the feed holds one.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY NOT NULL,
    application_id TEXT NOT NULL REFERENCES applications (id),
    settings TEXT NOT NULL,
    state TEXT NOT NULL,
    disabled TEXT,
    secret BLOB NOT NULL,
    old_secret BLOB,
    old_secret_until INTEGER,
    challenge TEXT NOT NULL,
    place INTEGER NOT NULL,
    failing_since INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    removed_at INTEGER,
    CONSTRAINT webhooks_whole_old_secret CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
) STRICT;
CREATE INDEX webhooks_application ON webhooks (application_id, id) WHERE removed_at IS NULL;
CREATE INDEX webhooks_state ON webhooks (state, place) WHERE removed_at IS NULL;

-- Messages on their way: an event is read from the sequence when it is sent, so nothing of it is copied here.
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY NOT NULL,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id),
    message_id TEXT NOT NULL,
    sequence INTEGER,
    kind TEXT NOT NULL,
    business_id TEXT,
    about_id TEXT,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    attempts TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    lease_id TEXT,
    lease_until INTEGER,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    CONSTRAINT webhook_deliveries_whole_lease CHECK ((lease_id IS NULL) = (lease_until IS NULL))
) STRICT;
CREATE UNIQUE INDEX webhook_deliveries_message ON webhook_deliveries (webhook_id, message_id);
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (webhook_id, state, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at, id) WHERE finished_at IS NULL;
CREATE INDEX webhook_deliveries_line ON webhook_deliveries (webhook_id, sequence) WHERE finished_at IS NULL;
CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (finished_at) WHERE finished_at IS NOT NULL;
