CREATE TABLE draft_acts (
    id TEXT PRIMARY KEY NOT NULL,
    developer_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    open_until INTEGER,
    body TEXT NOT NULL,
    version INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    telling_after TEXT
) STRICT;
CREATE INDEX draft_acts_list ON draft_acts (id, stage, developer_id, open_until);
CREATE INDEX draft_acts_telling ON draft_acts (changed_at, id) WHERE telling_after IS NOT NULL;

CREATE TABLE draft_act_versions (
    draft_id TEXT NOT NULL REFERENCES draft_acts (id),
    version INTEGER NOT NULL,
    stage TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (draft_id, version)
) STRICT;

-- Opinions are read draft by draft.
CREATE INDEX records_authority_requirement ON records (authority_id, kind, requirement, id, state)
    WHERE authority_id IS NOT NULL AND requirement IS NOT NULL;
