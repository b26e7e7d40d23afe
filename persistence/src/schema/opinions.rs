//! What businesses say: assessments of requirements, and the draft acts that opinions are on.

diesel::table! {
    draft_acts (id) {
        id -> Text,
        developer_id -> Text,
        stage -> Text,
        open_until -> Nullable<BigInt>,
        body -> Text,
        version -> BigInt,
        published_at -> BigInt,
        changed_at -> BigInt,
        telling_after -> Nullable<Text>,
    }
}

diesel::table! {
    draft_act_versions (draft_id, version) {
        draft_id -> Text,
        version -> BigInt,
        stage -> Text,
        body -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    assessment_salt (id) {
        id -> BigInt,
        salt -> Binary,
    }
}

diesel::table! {
    assessments (id) {
        id -> Text,
        reference -> Text,
        business_id -> Text,
        requirement -> Text,
        procedure -> Text,
        year -> BigInt,
        content -> Text,
        considerations -> Text,
        version -> BigInt,
        said_in -> BigInt,
        given_at -> BigInt,
        revised_at -> BigInt,
    }
}

diesel::table! {
    assessment_versions (assessment_id, version) {
        assessment_id -> Text,
        version -> BigInt,
        content -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    assessment_standings (requirement, procedure, business_id) {
        requirement -> Text,
        procedure -> Text,
        business_id -> Text,
        parts -> Text,
        behind -> BigInt,
    }
}

diesel::table! {
    assessment_cells (requirement, procedure) {
        requirement -> Text,
        procedure -> Text,
        counts -> Text,
        places -> Text,
    }
}

diesel::table! {
    assessment_slices (matter, dimension, value) {
        matter -> Text,
        dimension -> Text,
        value -> Text,
        told -> Text,
    }
}

diesel::table! {
    assessment_reminders (business_id) {
        business_id -> Text,
        next_at -> Nullable<BigInt>,
    }
}
