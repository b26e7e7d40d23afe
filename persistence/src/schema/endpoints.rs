//! Endpoints of applications, and what is on its way to them.

diesel::table! {
    webhooks (id) {
        id -> Text,
        application_id -> Text,
        settings -> Text,
        state -> Text,
        disabled -> Nullable<Text>,
        secret -> Binary,
        old_secret -> Nullable<Binary>,
        old_secret_until -> Nullable<BigInt>,
        challenge -> Text,
        place -> BigInt,
        failing_since -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> BigInt,
        changed_at -> BigInt,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Text,
        webhook_id -> Text,
        message_id -> Text,
        sequence -> Nullable<BigInt>,
        kind -> Text,
        business_id -> Nullable<Text>,
        about_id -> Nullable<Text>,
        state -> Text,
        tries -> BigInt,
        attempts -> Text,
        due_at -> BigInt,
        lease_id -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(webhooks, webhook_deliveries);
