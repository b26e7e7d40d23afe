-- One row: a secret for the names under which authorities know assessments and those who gave them.
CREATE TABLE assessment_salt (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    salt BLOB NOT NULL
) STRICT;
INSERT INTO assessment_salt (id, salt) VALUES (1, randomblob(32));

CREATE TABLE assessments (
    id TEXT PRIMARY KEY NOT NULL,
    reference TEXT NOT NULL,
    business_id TEXT NOT NULL REFERENCES businesses (id),
    requirement TEXT NOT NULL,
    procedure TEXT NOT NULL,
    year INTEGER NOT NULL,
    content TEXT NOT NULL,
    considerations TEXT NOT NULL,
    version INTEGER NOT NULL,
    given_at INTEGER NOT NULL,
    revised_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX assessments_reference ON assessments (reference);
CREATE UNIQUE INDEX assessments_year ON assessments (business_id, requirement, procedure, year);
CREATE INDEX assessments_business ON assessments (business_id, id, requirement, year, procedure);
CREATE INDEX assessments_requirement ON assessments (requirement, reference, procedure);

CREATE TABLE assessment_versions (
    assessment_id TEXT NOT NULL REFERENCES assessments (id),
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (assessment_id, version)
) STRICT;

-- How each business counts in a cell, and how much of it was told.
CREATE TABLE assessment_standings (
    requirement TEXT NOT NULL,
    procedure TEXT NOT NULL,
    business_id TEXT NOT NULL REFERENCES businesses (id),
    parts TEXT NOT NULL,
    behind INTEGER NOT NULL,
    PRIMARY KEY (requirement, procedure, business_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assessment_standings_behind ON assessment_standings (requirement, procedure, business_id) WHERE behind = 1;

CREATE TABLE assessment_cells (
    requirement TEXT NOT NULL,
    procedure TEXT NOT NULL,
    counts TEXT NOT NULL,
    places TEXT NOT NULL,
    PRIMARY KEY (requirement, procedure)
) STRICT;

CREATE TABLE assessment_slices (
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (dimension, value)
) STRICT;

CREATE TABLE assessment_reminders (
    business_id TEXT PRIMARY KEY NOT NULL REFERENCES businesses (id),
    next_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX assessment_reminders_next ON assessment_reminders (next_at, business_id) WHERE next_at IS NOT NULL;
