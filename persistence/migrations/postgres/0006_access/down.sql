DROP INDEX applications_suspended;
ALTER TABLE applications DROP COLUMN suspended_at;
ALTER TABLE applications DROP COLUMN certificate_subject;
ALTER TABLE applications DROP COLUMN certificates;
DROP TABLE proofs;
