//! The tables of proactive service.

use super::businesses;

diesel::table! {
    looks (business_id) {
        business_id -> Text,
        frontier -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(businesses, looks);
