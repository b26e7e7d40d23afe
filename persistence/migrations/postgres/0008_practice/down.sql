ALTER TABLE registry DROP COLUMN turn_until;
ALTER TABLE registry DROP COLUMN turn;
ALTER TABLE registry DROP COLUMN builtin;
ALTER TABLE assessments DROP COLUMN said_in;
