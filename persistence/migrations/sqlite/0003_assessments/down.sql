DROP TABLE assessment_reminders;
DROP TABLE assessment_slices;
DROP TABLE assessment_cells;
DROP TABLE assessment_standings;
DROP TABLE assessment_versions;
DROP TABLE assessments;
DROP TABLE assessment_salt;
