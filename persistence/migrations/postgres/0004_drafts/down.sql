DROP INDEX records_authority_requirement;
DROP TABLE draft_act_versions;
DROP TABLE draft_acts;
