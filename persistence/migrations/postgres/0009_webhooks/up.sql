-- Endpoints of applications. The place is a cursor into the sequence of events, as a reader of the feed holds one.
CREATE TABLE webhooks (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    settings TEXT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    disabled TEXT COLLATE "C",
    secret BYTEA NOT NULL,
    old_secret BYTEA,
    old_secret_until BIGINT,
    challenge TEXT NOT NULL,
    place BIGINT NOT NULL,
    failing_since BIGINT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    removed_at BIGINT,
    CONSTRAINT webhooks_whole_old_secret CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);
CREATE INDEX webhooks_application ON webhooks (application_id, id) WHERE removed_at IS NULL;
CREATE INDEX webhooks_state ON webhooks (state, place) WHERE removed_at IS NULL;

-- Messages on their way: an event is read from the sequence when it is sent, so nothing of it is copied here.
CREATE TABLE webhook_deliveries (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    webhook_id TEXT COLLATE "C" NOT NULL REFERENCES webhooks (id),
    message_id TEXT COLLATE "C" NOT NULL,
    sequence BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    business_id TEXT COLLATE "C",
    about_id TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    tries BIGINT NOT NULL,
    attempts TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_id TEXT COLLATE "C",
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    CONSTRAINT webhook_deliveries_whole_lease CHECK ((lease_id IS NULL) = (lease_until IS NULL))
);
CREATE UNIQUE INDEX webhook_deliveries_message ON webhook_deliveries (webhook_id, message_id);
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (webhook_id, state, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at, id) WHERE finished_at IS NULL;
CREATE INDEX webhook_deliveries_line ON webhook_deliveries (webhook_id, sequence) WHERE finished_at IS NULL;
CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (finished_at) WHERE finished_at IS NOT NULL;
