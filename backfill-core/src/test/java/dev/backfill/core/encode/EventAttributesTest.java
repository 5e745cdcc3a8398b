package dev.backfill.core.encode;

import static dev.backfill.core.encode.Events.PUBSUB;
import static dev.backfill.core.encode.Events.created;
import static dev.backfill.core.encode.Events.email;
import static dev.backfill.core.encode.Events.encode;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.AccountRef;
import dev.backfill.api.UserId;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.EmailEvent.Change;
import dev.backfill.spi.EmailEvent.SyncType;
import dev.backfill.spi.SinkLimits;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventAttributesTest {
    @Test
    void attributes_are_those_of_the_contract() {
        EmailEvent event = created(email().build());

        assertThat(encode(event).attributes())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "event_type", "email",
                        "operation", "create",
                        "sync_type", "backfill",
                        "provider", "microsoft",
                        "user_key", UserId.of(Events.USER).key(),
                        "message_id", Events.MESSAGE_ID,
                        "dedupe_key", EventKeys.dedupeKey(event),
                        "job_id", Events.JOB.value(),
                        "schema_version", "1",
                        "content_type", "application/json"));
    }

    @Test
    void no_attribute_shows_an_address_a_subject_or_the_true_user() {
        EmailEvent event = withId("<message.1@host.example>");

        assertThat(encode(event).attributes().values())
                .noneMatch(value -> value.contains("@") || value.contains("example") || value.contains("Grüße"));
    }

    @Test
    void a_message_id_too_long_for_an_attribute_is_hashed_there_and_whole_in_the_payload() {
        String longId = "x".repeat(1_025);

        assertThat(encode(withId(longId)).attributes())
                .hasEntrySatisfying("message_id", value -> assertThat(value).matches("[0-9a-f]{64}"));
        assertThat(Events.email(encode(withId(longId)))).containsEntry("provider_message_id", longId);
        assertThat(encode(withId("x".repeat(1_024))).attributes()).containsEntry("message_id", "x".repeat(1_024));
    }

    @Test
    void the_limit_counts_bytes_and_not_characters() {
        assertThat(encode(withId("é".repeat(513))).attributes().get("message_id"))
                .hasSize(64);
    }

    @Test
    void half_a_surrogate_pair_does_not_reach_the_sink() {
        assertThat(encode(withId("id\uD800")).attributes()).containsEntry("message_id", "id\uFFFD");
    }

    @Test
    void a_sink_with_few_or_small_attributes_gets_those_that_fit() {
        EmailEvent event = created(email().build());

        assertThat(attributes(event, new SinkLimits(100_000, 3, 256, 1_024)))
                .containsOnlyKeys("event_type", "operation", "sync_type");
        assertThat(attributes(event, new SinkLimits(100_000, 0, 256, 1_024))).isEmpty();
        assertThat(attributes(event, new SinkLimits(100_000, 100, 8, 1_024)))
                .containsOnlyKeys("provider", "user_key", "job_id");
        assertThat(attributes(event, new SinkLimits(100_000, 100, 256, 16)))
                .containsOnlyKeys(
                        "event_type",
                        "operation",
                        "sync_type",
                        "provider",
                        "user_key",
                        "message_id",
                        "schema_version",
                        "content_type");
    }

    private static Map<String, String> attributes(EmailEvent event, SinkLimits limits) {
        return Events.ENCODER.encode(event, limits).attributes();
    }

    @Test
    void attributes_count_towards_the_message() {
        EmailEvent event = created(email().build());
        long data = encode(event).data().length;
        long attributes = Events.attributeBytes(encode(event));
        // Under this limit the data alone would fit.
        SinkLimits limits = new SinkLimits(data + attributes - 1, 100, 256, 1_024);
        EmailEvent roomy = created(email().bodyHtml("x".repeat(500)).build());

        assertThat(PUBSUB.maxMessageBytes()).isGreaterThan(data);
        assertThat(Events.ENCODER.encode(roomy, limits).data().length + attributes)
                .isLessThanOrEqualTo(limits.maxMessageBytes());
    }

    private static EmailEvent withId(String messageId) {
        return new EmailEvent(
                Change.CREATE,
                SyncType.BACKFILL,
                new AccountRef(UserId.of(Events.USER), "microsoft", "mara@example.org"),
                "mara@example.org",
                Events.JOB,
                messageId,
                "",
                email().build(),
                List.of(),
                List.of(),
                Events.AT);
    }
}
