ALTER TABLE assessment_slices RENAME TO assessment_slices_of_all;
ALTER INDEX assessment_slices_pkey RENAME TO assessment_slices_of_all_pkey;
CREATE TABLE assessment_slices (
    dimension TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (dimension, value)
);
INSERT INTO assessment_slices (dimension, value, told)
    SELECT dimension, value, told FROM assessment_slices_of_all WHERE matter = 'requirements';
DROP TABLE assessment_slices_of_all;
