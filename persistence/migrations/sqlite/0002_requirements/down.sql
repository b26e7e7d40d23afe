DROP TABLE records;
DROP TABLE list_changes;
DROP TABLE personal_lists;
DROP TABLE registry_documents;
DROP TABLE registry;
