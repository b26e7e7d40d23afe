CREATE TABLE draft_acts (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    developer_id TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    open_until BIGINT,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    telling_after TEXT COLLATE "C"
);
CREATE INDEX draft_acts_list ON draft_acts (id, stage, developer_id, open_until);
CREATE INDEX draft_acts_telling ON draft_acts (changed_at, id) WHERE telling_after IS NOT NULL;

CREATE TABLE draft_act_versions (
    draft_id TEXT COLLATE "C" NOT NULL REFERENCES draft_acts (id),
    version BIGINT NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (draft_id, version)
);

-- Opinions are read draft by draft.
CREATE INDEX records_authority_requirement ON records (authority_id, kind, requirement, id, state)
    WHERE authority_id IS NOT NULL AND requirement IS NOT NULL;
