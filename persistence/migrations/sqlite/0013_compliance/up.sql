-- Slices sum requirements in force, and apart from them drafts.
ALTER TABLE assessment_slices RENAME TO assessment_slices_of_requirements;
CREATE TABLE assessment_slices (
    matter TEXT NOT NULL,
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (matter, dimension, value)
) STRICT;
INSERT INTO assessment_slices (matter, dimension, value, told)
    SELECT 'requirements', dimension, value, told FROM assessment_slices_of_requirements;
DROP TABLE assessment_slices_of_requirements;
