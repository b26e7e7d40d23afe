//! The migrations of both databases make what `schema.rs` says, and can be undone.

use std::collections::BTreeSet;

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection,
    sql_query, sql_types::Text,
};
use persistence::Options;
use tests::postgres::Cluster;

/// What persistence compiles its queries against, read as text: it does not show its tables to other crates.
const SCHEMA: &str = concat!(
    include_str!("../../../persistence/src/schema.rs"),
    include_str!("../../../persistence/src/schema/opinions.rs"),
    include_str!("../../../persistence/src/schema/endpoints.rs"),
    include_str!("../../../persistence/src/schema/proactive.rs")
);

const SQLITE_UP: &str = include_str!("../../../persistence/migrations/sqlite/0001_initial/up.sql");
const SQLITE_DOWN: &str = include_str!("../../../persistence/migrations/sqlite/0001_initial/down.sql");
const POSTGRES_UP: &str = include_str!("../../../persistence/migrations/postgres/0001_initial/up.sql");
const POSTGRES_DOWN: &str = include_str!("../../../persistence/migrations/postgres/0001_initial/down.sql");

/// A column per line: table, column, type, 1 where null is refused, its place in the primary key or 0.
const SQLITE_COLUMNS: &str = "
SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk AS line
FROM sqlite_master AS m, pragma_table_info(m.name) AS c
WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

const POSTGRES_COLUMNS: &str = "
SELECT t.relname || '.' || a.attname || ' ' || format_type(a.atttypid, NULL) || ' ' || a.attnotnull::int || ' '
    || coalesce(array_position(k.indkey, a.attnum) + 1, 0) AS line
FROM pg_class AS t
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_index AS k ON k.indrelid = t.oid AND k.indisprimary
WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_\\_%'";

/// An index per line: name, table, columns, 1 where it is unique, 1 where it is partial.
const SQLITE_INDEXES: &str = "
SELECT i.name || ' ' || m.name || ' ' || i.\"unique\" || ' ' || i.partial || ' '
    || (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS line
FROM sqlite_master AS m, pragma_index_list(m.name) AS i WHERE m.type = 'table' AND i.origin = 'c'";

const POSTGRES_INDEXES: &str = "
SELECT i.relname || ' ' || t.relname || ' ' || x.indisunique::int || ' ' || (x.indpred IS NOT NULL)::int || ' '
    || (SELECT string_agg(a.attname, ',' ORDER BY array_position(x.indkey, a.attnum))
        FROM pg_attribute AS a WHERE a.attrelid = t.oid AND a.attnum = ANY (x.indkey)) AS line
FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
WHERE t.relnamespace = 'public'::regnamespace AND NOT x.indisprimary";

/// A foreign key per line: table, columns, the table it points to.
const SQLITE_REFERENCES: &str = "
SELECT m.name || '.' || f.\"from\" || ' ' || f.\"table\" AS line
FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'";

const POSTGRES_REFERENCES: &str = "
SELECT t.relname || '.' || a.attname || ' ' || c.confrelid::regclass AS line
FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'f'";

/// Indexed texts that are not compared byte by byte.
const POSTGRES_LINGUISTIC: &str = "
SELECT t.relname || '.' || a.attname AS line
FROM pg_index AS x JOIN pg_class AS t ON t.oid = x.indrelid
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = ANY (x.indkey)
JOIN pg_collation AS c ON c.oid = a.attcollation
WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_\\_%' AND c.collname <> 'C'";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

type Lines = BTreeSet<String>;

fn in_sqlite(conn: &mut SqliteConnection, sql: &str) -> Lines {
    let lines: Vec<Line> = sql_query(sql).load(conn).expect("the question is valid SQL");
    lines.into_iter().map(|line| line.line).collect()
}

fn in_postgres(conn: &mut PgConnection, sql: &str) -> Lines {
    let lines: Vec<Line> = sql_query(sql).load(conn).expect("the question is valid SQL");
    lines.into_iter().map(|line| line.line).collect()
}

/// The lines with each engine's types in the words of `schema.rs`.
fn common(lines: &Lines) -> Lines {
    let names = [
        (" TEXT ", " Text "),
        (" INTEGER ", " BigInt "),
        (" BLOB ", " Binary "),
        (" text ", " Text "),
        (" bigint ", " BigInt "),
        (" bytea ", " Binary "),
    ];
    lines
        .iter()
        .map(|line| names.iter().fold(line.clone(), |line, (from, to)| line.replace(from, to)))
        .collect()
}

/// The columns that `schema.rs` declares.
fn declared() -> Lines {
    let mut lines = Lines::new();
    let mut table = "";
    let mut key: Vec<&str> = Vec::new();
    for line in SCHEMA.lines().map(str::trim) {
        if let Some((column, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            let place = key.iter().position(|name| *name == column).map_or(0, |place| place + 1);
            let required = u8::from(inner.is_none());
            lines.insert(format!("{table}.{column} {} {required} {place}", inner.unwrap_or(kind)));
        } else if let Some((name, rest)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            table = name;
            key = rest.split(", ").collect();
        }
    }
    lines
}

fn migrate(url: &str) {
    let options = Options { url: url.to_owned(), readers: 1, queue: 1, on_commit: Box::new(|_| {}) };
    persistence::migrate(&options).expect("the migrations run");
    persistence::migrate(&options).expect("running them again changes nothing");
}

fn migrated_sqlite() -> SqliteConnection {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("schema.db").to_string_lossy().into_owned();
    migrate(&format!("sqlite:{path}"));
    let mut conn = SqliteConnection::establish(&path).expect("the file opens");
    conn.batch_execute("PRAGMA journal_mode").expect("the file is open before its name is gone");
    conn
}

#[test]
fn sqlite_has_the_columns_of_the_schema() {
    let declared = declared();
    assert!(declared.len() > 100, "the schema was read: {declared:?}");
    assert_eq!(common(&in_sqlite(&mut migrated_sqlite(), SQLITE_COLUMNS)), declared);
}

#[test]
fn postgres_has_the_columns_of_the_schema() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.empty_database();
    migrate(&url);
    let mut conn = PgConnection::establish(&url).expect("the database opens");
    assert_eq!(common(&in_postgres(&mut conn, POSTGRES_COLUMNS)), declared());
    assert_eq!(in_postgres(&mut conn, POSTGRES_LINGUISTIC), Lines::new());
}

#[test]
fn both_databases_have_the_same_indexes_and_references() {
    let Some(cluster) = Cluster::shared() else { return };
    let mut sqlite = migrated_sqlite();
    let mut postgres = PgConnection::establish(&cluster.database()).expect("the database opens");
    let indexes = in_sqlite(&mut sqlite, SQLITE_INDEXES);
    assert!(indexes.len() > 15, "{indexes:?}");
    assert_eq!(indexes, in_postgres(&mut postgres, POSTGRES_INDEXES));
    let references = in_sqlite(&mut sqlite, SQLITE_REFERENCES);
    assert!(references.len() > 15, "{references:?}");
    assert_eq!(references, in_postgres(&mut postgres, POSTGRES_REFERENCES));
}

#[test]
fn sqlite_migrations_can_be_undone_and_done_again() {
    let mut conn = SqliteConnection::establish(":memory:").expect("memory");
    conn.batch_execute("PRAGMA foreign_keys = ON").expect("a pragma");
    conn.batch_execute(SQLITE_UP).expect("up");
    conn.batch_execute(SQLITE_DOWN).expect("down");
    assert_eq!(in_sqlite(&mut conn, "SELECT name AS line FROM sqlite_master"), Lines::new());
    conn.batch_execute(SQLITE_UP).expect("up again");
}

#[test]
fn postgres_migrations_can_be_undone_and_done_again() {
    let Some(cluster) = Cluster::shared() else { return };
    let mut conn = PgConnection::establish(&cluster.empty_database()).expect("the database opens");
    conn.batch_execute(POSTGRES_UP).expect("up");
    conn.batch_execute(POSTGRES_DOWN).expect("down");
    let left = "SELECT relname::text AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(in_postgres(&mut conn, left), Lines::new());
    conn.batch_execute(POSTGRES_UP).expect("up again");
}
