ALTER TABLE assessment_slices RENAME TO assessment_slices_of_all;
CREATE TABLE assessment_slices (
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (dimension, value)
) STRICT;
INSERT INTO assessment_slices (dimension, value, told)
    SELECT dimension, value, told FROM assessment_slices_of_all WHERE matter = 'requirements';
DROP TABLE assessment_slices_of_all;
