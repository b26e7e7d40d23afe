-- Slices sum requirements in force, and apart from them drafts.
ALTER TABLE assessment_slices RENAME TO assessment_slices_of_requirements;
ALTER INDEX assessment_slices_pkey RENAME TO assessment_slices_of_requirements_pkey;
CREATE TABLE assessment_slices (
    matter TEXT COLLATE "C" NOT NULL,
    dimension TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (matter, dimension, value)
);
INSERT INTO assessment_slices (matter, dimension, value, told)
    SELECT 'requirements', dimension, value, told FROM assessment_slices_of_requirements;
DROP TABLE assessment_slices_of_requirements;
