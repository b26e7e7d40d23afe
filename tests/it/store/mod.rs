//! The contract of the store: one suite, run against SQLite and PostgreSQL.

mod assessments;
mod events;
mod evidence;
mod examining;
mod fixture;
mod inbox;
mod lists;
mod looks;
mod owners;
mod registry;
mod replies;
mod samples;
mod schema;
mod sequence;
mod submissions;
mod units;

/// Makes one test per engine out of every function of the contract.
macro_rules! contract {
    ($($module:ident { $($case:ident)* })*) => {
        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$module::$case(super::fixture::Fixture::sqlite()).await;
                }
            )*)*
        }

        mod postgres {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    if let Some(fixture) = super::fixture::Fixture::postgres() {
                        super::$module::$case(fixture).await;
                    }
                }
            )*)*
        }
    };
}

contract! {
    owners {
        applications_read_back
        an_application_is_suspended_and_resumed
        a_proof_is_used_once_until_it_is_forgotten
        an_assertion_is_used_once_per_client
        what_ended_is_forgotten
        a_revocation_ends_with_its_token
        keys_come_newest_first
        a_mandate_in_force_is_found_and_an_ended_one_is_not
        an_inn_belongs_to_one_business
        businesses_of_an_application_page_by_id
        a_profile_changes_only_from_the_expected_version
        a_profile_keeps_its_history
    }
    registry {
        who_brings_documents_takes_turns
        an_older_program_leaves_a_newer_one_s_documents
        an_edition_is_what_came_since_the_one_before
    }
    examining {
        a_profile_that_changed_behind_an_examination_is_examined_again
    }
    submissions {
        a_submission_reads_back_for_its_business_alone
        progress_is_told_under_a_mandate_alone
        an_update_needs_the_expected_version_and_the_owner
        the_authority_sees_what_was_lodged_to_it
        a_list_pages_newest_first_and_stays_stable
        a_list_filters
        many_are_found_under_mandates_only
        a_twin_is_open_and_has_the_same_document
        what_is_overdue_comes_oldest_first
    }
    evidence {
        attachments_belong_to_their_business
        attachments_page_newest_first
        receipts_are_found_under_a_mandate
        receipts_are_found_by_either_digest
        receipts_are_found_by_the_applications_own_key
        receipts_of_a_subject_come_oldest_first
    }
    events {
        an_event_reads_back
        an_application_reads_the_events_of_its_businesses
        a_feed_is_cut_at_its_limit_and_goes_on
        an_authority_reads_the_events_addressed_to_it
        a_history_pages_and_filters
        a_feed_merges_many_businesses
    }
    inbox {
        a_task_reads_back_for_its_authority_alone
        tasks_come_when_due_oldest_first
        a_leased_task_is_held_until_the_lease_ends
        an_acknowledged_task_never_comes_again
        waiting_names_authorities_with_something_to_take
        no_two_takers_get_the_same_task
    }
    replies {
        a_reply_is_remembered_per_application
        twins_have_one_effect
        the_newest_documents_are_current
    }
    lists {
        a_list_is_kept_whole_and_replaced
        lists_behind_come_in_portions
        marks_say_what_has_moved
        changes_of_a_list_page_newest_first
    }
    looks {
        who_was_looked_at_up_to_later_is_left_alone
    }
    assessments {
        fifty_thousand_assessments_equal_their_recount
        no_difference_of_published_figures_is_carried_by_few
    }
    units {
        a_refused_unit_leaves_nothing
        a_conflict_does_not_end_the_unit
        a_panic_ends_its_unit_alone
        a_failure_of_the_database_cannot_be_ignored
        a_reading_unit_cannot_write
        a_reading_unit_sees_one_snapshot
        a_written_unit_is_read_at_once
        a_full_queue_refuses_at_once
        closing_finishes_what_is_queued
        a_reopened_store_knows_everything
    }
    sequence {
        places_have_no_gaps_under_rollbacks
        commits_are_told_with_growing_places
    }
}
