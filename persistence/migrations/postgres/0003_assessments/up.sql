-- One row: a secret for the names under which authorities know assessments and those who gave them.
CREATE TABLE assessment_salt (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    salt BYTEA NOT NULL
);
INSERT INTO assessment_salt (id, salt) VALUES (1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

CREATE TABLE assessments (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    requirement TEXT COLLATE "C" NOT NULL,
    procedure TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    content TEXT NOT NULL,
    considerations TEXT NOT NULL,
    version BIGINT NOT NULL,
    given_at BIGINT NOT NULL,
    revised_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX assessments_reference ON assessments (reference);
CREATE UNIQUE INDEX assessments_year ON assessments (business_id, requirement, procedure, year);
CREATE INDEX assessments_business ON assessments (business_id, id, requirement, year, procedure);
CREATE INDEX assessments_requirement ON assessments (requirement, reference, procedure);

CREATE TABLE assessment_versions (
    assessment_id TEXT COLLATE "C" NOT NULL REFERENCES assessments (id),
    version BIGINT NOT NULL,
    content TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, version)
);

-- How each business counts in a cell, and how much of it was told.
CREATE TABLE assessment_standings (
    requirement TEXT COLLATE "C" NOT NULL,
    procedure TEXT COLLATE "C" NOT NULL,
    business_id TEXT COLLATE "C" NOT NULL REFERENCES businesses (id),
    parts TEXT NOT NULL,
    behind BIGINT NOT NULL,
    PRIMARY KEY (requirement, procedure, business_id)
);
CREATE INDEX assessment_standings_behind ON assessment_standings (requirement, procedure, business_id) WHERE behind = 1;

CREATE TABLE assessment_cells (
    requirement TEXT COLLATE "C" NOT NULL,
    procedure TEXT COLLATE "C" NOT NULL,
    counts TEXT NOT NULL,
    places TEXT NOT NULL,
    PRIMARY KEY (requirement, procedure)
);

CREATE TABLE assessment_slices (
    dimension TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (dimension, value)
);

CREATE TABLE assessment_reminders (
    business_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES businesses (id),
    next_at BIGINT
);
CREATE INDEX assessment_reminders_next ON assessment_reminders (next_at, business_id) WHERE next_at IS NOT NULL;
