-- One row: the edition of the registry in force.
CREATE TABLE registry (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    edition INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO registry (id, edition, at) VALUES (1, 0, 0);

CREATE TABLE registry_documents (
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    edition INTEGER NOT NULL,
    application_id TEXT REFERENCES applications (id),
    body TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, code, version)
) STRICT;
CREATE INDEX registry_documents_edition ON registry_documents (edition);

-- A list is read and written whole: its rows are one document.
CREATE TABLE personal_lists (
    business_id TEXT PRIMARY KEY NOT NULL REFERENCES businesses (id),
    version INTEGER NOT NULL,
    profile_version INTEGER NOT NULL,
    edition INTEGER NOT NULL,
    day TEXT NOT NULL,
    rows TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX personal_lists_behind ON personal_lists (edition, day, business_id);
-- Businesses that are there already get a list to be drawn.
INSERT INTO personal_lists (business_id, version, profile_version, edition, day, rows, changed_at)
SELECT id, 0, 0, 0, '1970-01-01', '[]', created_at FROM businesses;

CREATE TABLE list_changes (
    business_id TEXT NOT NULL REFERENCES businesses (id),
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    difference TEXT NOT NULL,
    PRIMARY KEY (business_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    business_id TEXT NOT NULL REFERENCES businesses (id),
    requirement TEXT,
    authority_id TEXT,
    state TEXT NOT NULL,
    due_at INTEGER,
    body TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX records_business ON records (business_id, kind, id, state, requirement);
CREATE INDEX records_requirement ON records (business_id, kind, requirement, id) WHERE requirement IS NOT NULL;
CREATE INDEX records_authority ON records (authority_id, kind, id, state) WHERE authority_id IS NOT NULL;
CREATE INDEX records_due ON records (kind, due_at, id) WHERE due_at IS NOT NULL;
