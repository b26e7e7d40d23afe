//! The tables as both databases have them; a test compares this file with what the migrations make.

mod endpoints;
mod opinions;
mod proactive;

pub(crate) use endpoints::*;
pub(crate) use opinions::*;
pub(crate) use proactive::*;

diesel::table! {
    applications (id) {
        id -> Text,
        name -> Text,
        side -> Text,
        authority_id -> Nullable<Text>,
        secret_digest -> Nullable<Binary>,
        jwks -> Nullable<Text>,
        scopes -> Text,
        created_at -> BigInt,
        certificates -> Nullable<Text>,
        certificate_subject -> Nullable<Text>,
        suspended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    assertions (client_id, jti) {
        client_id -> Text,
        jti -> Text,
        until -> BigInt,
    }
}

diesel::table! {
    proofs (name) {
        name -> Binary,
        until -> BigInt,
    }
}

diesel::table! {
    revocations (jti) {
        jti -> Text,
        until -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        pkcs8 -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    businesses (id) {
        id -> Text,
        kind -> Text,
        inn -> Text,
        name -> Text,
        profile -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    profile_versions (business_id, version) {
        business_id -> Text,
        version -> BigInt,
        profile -> Text,
        at -> BigInt,
        application_id -> Nullable<Text>,
        source -> Text,
    }
}

diesel::table! {
    mandates (id) {
        id -> Text,
        application_id -> Text,
        business_id -> Text,
        granted_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        kind -> Text,
        status -> Text,
        rights -> BigInt,
        valid_from -> BigInt,
        valid_until -> Nullable<BigInt>,
        principal_active -> BigInt,
        parent_id -> Nullable<Text>,
        version -> BigInt,
        paper -> Text,
    }
}

diesel::table! {
    access_requests (id) {
        id -> Text,
        application_id -> Text,
        inn -> Text,
        ogrn -> Text,
        reference -> Text,
        status -> Text,
        content -> Text,
        expires_at -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    submissions (id) {
        id -> Text,
        business_id -> Text,
        application_id -> Text,
        service -> Text,
        service_version -> BigInt,
        authority_id -> Text,
        situation -> Nullable<Text>,
        state -> Text,
        number -> Nullable<Text>,
        form -> Text,
        attachments -> Text,
        dossier -> Text,
        open_digest -> Nullable<Binary>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        lodged_at -> Nullable<BigInt>,
        decision_due_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    attachments (id) {
        id -> Text,
        business_id -> Text,
        submission_id -> Nullable<Text>,
        side -> Text,
        application_id -> Text,
        name -> Text,
        content_type -> Text,
        document -> Nullable<Text>,
        size -> BigInt,
        digest -> Binary,
        state -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    sequence (id) {
        id -> BigInt,
        last -> BigInt,
    }
}

diesel::table! {
    events (sequence) {
        sequence -> BigInt,
        id -> Text,
        kind -> Text,
        at -> BigInt,
        business_id -> Text,
        authority_id -> Nullable<Text>,
        subject -> Text,
        application_id -> Nullable<Text>,
        touchpoint -> Text,
        service -> Nullable<Text>,
        situation -> Nullable<Text>,
        data -> Text,
        ground -> Nullable<Text>,
    }
}

diesel::table! {
    receipts (sequence) {
        sequence -> BigInt,
        id -> Text,
        act -> Text,
        digest -> Binary,
        body_digest -> Nullable<Binary>,
        business_id -> Text,
        application_id -> Text,
        idempotency_key -> Nullable<Text>,
        subject -> Text,
        at -> BigInt,
        jws -> Text,
    }
}

diesel::table! {
    tasks (id) {
        id -> Text,
        authority_id -> Text,
        submission_id -> Text,
        kind -> Text,
        route -> Text,
        available_at -> BigInt,
        attempts -> BigInt,
        lease_id -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        acknowledged_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    remembered_replies (application_id, key) {
        application_id -> Text,
        key -> Text,
        fingerprint -> Binary,
        status -> BigInt,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Text,
        events_after -> BigInt,
        events_upto -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    catalogue_documents (kind, code, version) {
        kind -> Text,
        code -> Text,
        version -> BigInt,
        body -> Text,
        published_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(businesses, mandates);
diesel::allow_tables_to_appear_in_same_query!(submissions, mandates);
diesel::allow_tables_to_appear_in_same_query!(receipts, mandates);
diesel::allow_tables_to_appear_in_same_query!(receipts, events);
diesel::allow_tables_to_appear_in_same_query!(submissions, receipts);
diesel::joinable!(receipts -> events (sequence));

diesel::table! {
    registry (id) {
        id -> BigInt,
        edition -> BigInt,
        at -> BigInt,
        builtin -> BigInt,
        turn -> Nullable<Text>,
        turn_until -> BigInt,
    }
}

diesel::table! {
    registry_documents (kind, code, version) {
        kind -> Text,
        code -> Text,
        version -> BigInt,
        edition -> BigInt,
        application_id -> Nullable<Text>,
        body -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    personal_lists (business_id) {
        business_id -> Text,
        version -> BigInt,
        profile_version -> BigInt,
        edition -> BigInt,
        day -> Text,
        rows -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    list_changes (business_id, version) {
        business_id -> Text,
        version -> BigInt,
        at -> BigInt,
        cause -> Text,
        difference -> Text,
    }
}

diesel::table! {
    records (id) {
        id -> Text,
        kind -> Text,
        business_id -> Text,
        requirement -> Nullable<Text>,
        authority_id -> Nullable<Text>,
        state -> Text,
        due_at -> Nullable<BigInt>,
        body -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(businesses, personal_lists);

diesel::table! {
    log_state (id) {
        id -> BigInt,
        origin -> Text,
        size -> BigInt,
        sequence -> BigInt,
        signed_size -> Nullable<BigInt>,
        signed_root -> Nullable<Binary>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    log_tiles (level, number) {
        level -> BigInt,
        number -> BigInt,
        first_sequence -> Nullable<BigInt>,
        hashes -> Binary,
    }
}

diesel::table! {
    log_keys (vkey) {
        vkey -> Text,
        pkcs8 -> Binary,
        created_at -> BigInt,
    }
}
