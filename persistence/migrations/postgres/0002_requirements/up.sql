-- One row: the edition of the registry in force.
CREATE TABLE registry (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    edition BIGINT NOT NULL,
    at BIGINT NOT NULL
);
INSERT INTO registry (id, edition, at) VALUES (1, 0, 0);

CREATE TABLE registry_documents (
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    edition BIGINT NOT NULL,
    application_id TEXT COLLATE "C" REFERENCES applications (id),
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (kind, code, version)
);
CREATE INDEX registry_documents_edition ON registry_documents (edition);

-- A list is read and written whole: its rows are one document.
CREATE TABLE personal_lists (
    business_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES businesses (id),
    version BIGINT NOT NULL,
    profile_version BIGINT NOT NULL,
    edition BIGINT NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    rows TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX personal_lists_behind ON personal_lists (edition, day, business_id);
-- Businesses that are there already get a list to be drawn.
INSERT INTO personal_lists (business_id, version, profile_version, edition, day, rows, changed_at)
SELECT id, 0, 0, 0, '1970-01-01', '[]', created_at FROM businesses;

CREATE TABLE list_changes (
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    difference TEXT NOT NULL,
    PRIMARY KEY (business_id, version)
);

CREATE TABLE records (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    requirement TEXT COLLATE "C",
    authority_id TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    due_at BIGINT,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX records_business ON records (business_id, kind, id, state, requirement);
CREATE INDEX records_requirement ON records (business_id, kind, requirement, id) WHERE requirement IS NOT NULL;
CREATE INDEX records_authority ON records (authority_id, kind, id, state) WHERE authority_id IS NOT NULL;
CREATE INDEX records_due ON records (kind, due_at, id) WHERE due_at IS NOT NULL;
