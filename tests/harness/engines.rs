//! One test, both engines.

/// Makes a test per engine of each `async fn(Engine)` of the module.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name($crate::Engine::Sqlite).await; })*
        }

        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name($crate::Engine::Postgres).await; })*
        }
    };
}
