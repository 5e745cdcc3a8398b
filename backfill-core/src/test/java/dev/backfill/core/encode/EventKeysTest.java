package dev.backfill.core.encode;

import static dev.backfill.core.encode.Events.email;
import static dev.backfill.core.encode.Events.encode;
import static dev.backfill.core.encode.Events.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.EmailEvent.Change;
import dev.backfill.spi.EmailEvent.SyncType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventKeysTest {
    // Computed with Python's hashlib and uuid, so that a change of ours cannot change them unseen.
    private static final String CREATE_KEY = "f37b276b2a31d4d6176ec3da5fa3ea361ace84b6646ac4f35012d01438f36497";
    private static final String UPDATE_KEY = "8dd6ed7cd77aa107394212b1575094a00d40466eb10576925cbad7bbb64201e7";
    private static final String CREATE_EVENT_ID = "e5c2de9c-d0f6-5a33-ba8c-5cf31d523814";

    @Test
    void keys_are_what_another_implementation_computes() {
        assertThat(EventKeys.dedupeKey(event(Change.CREATE, SyncType.BACKFILL, email().build())))
                .isEqualTo(CREATE_KEY);
        assertThat(EventKeys.dedupeKey(event(Change.UPDATE, SyncType.INCREMENTAL, email().build())))
                .isEqualTo(UPDATE_KEY);
        assertThat(EventKeys.eventId(CREATE_KEY)).isEqualTo(UUID.fromString(CREATE_EVENT_ID));
    }

    @Test
    void an_event_id_is_a_uuid_of_version_5() {
        UUID id = EventKeys.eventId("any");

        assertThat(id.version()).isEqualTo(5);
        assertThat(id.variant()).isEqualTo(2);
    }

    @Test
    void another_job_time_content_or_sync_type_gives_the_same_create_key() {
        EmailEvent other = new EmailEvent(
                Change.CREATE,
                SyncType.INCREMENTAL,
                new AccountRef(UserId.of(Events.USER), "microsoft", "another name of the account"),
                "mailbox-7",
                new JobId("another-job"),
                Events.MESSAGE_ID,
                "another revision",
                Events.bare().build(),
                List.of(),
                List.of(),
                Instant.EPOCH);

        assertThat(encode(other).dedupeKey()).isEqualTo(CREATE_KEY);
        assertThat(encode(other).attributes()).containsEntry("dedupe_key", CREATE_KEY);
        assertThat(Events.child(Events.tree(encode(other)), "metadata")).containsEntry("event_id", CREATE_EVENT_ID);
    }

    @Test
    void each_revision_of_an_update_or_delete_has_a_key_of_its_own() {
        assertThat(List.of(
                        key(Change.CREATE, "1"),
                        key(Change.UPDATE, "1"),
                        key(Change.UPDATE, "2"),
                        key(Change.DELETE, "1"),
                        key(Change.DELETE, "2")))
                .doesNotHaveDuplicates();
        assertThat(key(Change.UPDATE, "1")).isEqualTo(key(Change.UPDATE, "1"));
    }

    private static String key(Change change, String revision) {
        return EventKeys.dedupeKey(new EmailEvent(
                change,
                SyncType.INCREMENTAL,
                new AccountRef(UserId.of("u"), "google", "me"),
                "mailbox",
                Events.JOB,
                "id",
                revision,
                change == Change.DELETE ? null : Events.bare().build(),
                List.of(),
                List.of(),
                Events.AT));
    }

    @Test
    void parts_that_run_into_each_other_do_not_share_a_key() {
        assertThat(key("ab", "c")).isNotEqualTo(key("a", "bc"));
    }

    private static String key(String mailbox, String messageId) {
        return EventKeys.dedupeKey(new EmailEvent(
                Change.CREATE,
                SyncType.BACKFILL,
                new AccountRef(UserId.of("u"), "google", "me"),
                mailbox,
                Events.JOB,
                messageId,
                "",
                Events.bare().build(),
                List.of(),
                List.of(),
                Events.AT));
    }
}
