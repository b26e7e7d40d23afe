DROP TABLE log_keys;
DROP TABLE log_tiles;
DROP TABLE log_state;
