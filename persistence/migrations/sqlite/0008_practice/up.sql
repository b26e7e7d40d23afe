-- The version of an assessment in which it came to say what it says now: what was decided before is history.
ALTER TABLE assessments ADD COLUMN said_in INTEGER NOT NULL DEFAULT 1;

-- Which of the program's own sets of documents was brought last, and whose turn it is to bring more.
ALTER TABLE registry ADD COLUMN builtin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registry ADD COLUMN turn TEXT;
ALTER TABLE registry ADD COLUMN turn_until INTEGER NOT NULL DEFAULT 0;
