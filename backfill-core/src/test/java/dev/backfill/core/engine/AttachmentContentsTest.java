package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobState;
import dev.backfill.core.EngineConfigBuilder;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a message says of attachments whose content was asked for and could not be had. */
class AttachmentContentsTest {
    private static final int MESSAGES = 20;

    private final EngineConfigBuilder config = EngineRig.config();
    private boolean asked = true;
    private final RecordingSink sink = new RecordingSink().keepPayloads();

    @ParameterizedTest
    @CsvSource({
        "SKIP_MESSAGE, ErrorItemNotFound, UNAVAILABLE",
        "SKIP_MESSAGE, TOO_LARGE, OVER_ATTACHMENT_LIMIT",
        "RETRY, ErrorInternal, UNAVAILABLE",
        "RETRY_SMALLER, GatewayTimeout, UNAVAILABLE"
    })
    void aContentThatCannotBeHadIsNamedInItsMessage(Kind kind, String code, String reason) {
        List<String> published = publish(100, kind, code);

        assertThat(published)
                .hasSize(MESSAGES)
                .allSatisfy(json -> assertThat(json)
                        .doesNotContain("\"content\":")
                        .contains("\"truncated\":[{\"field\":\"attachments.content\",\"reason\":\"" + reason
                                + "\",\"omitted_bytes\":100,\"omitted_items\":1,\"attachment_ids\":[\"a1\"]}]"));
    }

    @Test
    void aContentThatIsTooLargeToBeAskedForIsNamedInItsMessage() {
        assertThat(publish(2_000_000, null, ""))
                .hasSize(MESSAGES)
                .allSatisfy(json -> assertThat(json)
                        .contains("\"reason\":\"OVER_ATTACHMENT_LIMIT\",\"omitted_bytes\":2000000,"
                                + "\"omitted_items\":1,\"attachment_ids\":[\"a1\"]}]"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void anEngineThatReadsNoContentsSaysSoOfEachAttachment(int size) {
        config.attachmentMaxBytes(0);

        assertThat(publish(size, null, ""))
                .hasSize(MESSAGES)
                .allSatisfy(json -> assertThat(json)
                        .doesNotContain("\"content\":")
                        .contains("\"reason\":\"OVER_ATTACHMENT_LIMIT\",\"omitted_bytes\":" + size + ","));
    }

    @Test
    void aJobThatDoesNotAskForContentsMissesNone() {
        asked = false;

        assertThat(publish(100, null, ""))
                .hasSize(MESSAGES)
                .allSatisfy(
                        json -> assertThat(json).doesNotContain("\"content\":").contains("\"truncated\":[]"));
    }

    @Test
    void aContentThatIsThereIsPublishedAndNothingIsNamed() {
        assertThat(publish(100, null, ""))
                .hasSize(MESSAGES)
                .allSatisfy(json -> assertThat(json).contains("\"content\":\"", "\"truncated\":[]"));
    }

    private List<String> publish(int attachmentBytes, Kind failure, String code) {
        ScriptedSource scripted = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES).attachments(1, attachmentBytes))
                .build();
        WrappedSource source = new WrappedSource(scripted, (method, arguments, real) -> {
            if (failure != null && method.equals("open")) {
                throw SourceException.of(failure, SourceException.Scope.MESSAGE, code)
                        .build("as wanted");
            }
            return real.call(arguments);
        });
        try (EngineRig rig =
                new EngineRig(scripted, sink, builder -> builder.source(source).config(config.build()))) {
            BackfillJob job = rig.run(BackfillRequest.builder(WrappedSource.ID, "me")
                    .includeAttachments(asked)
                    .build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
        }
        return sink.payloads().stream()
                .map(OutboundMessage::data)
                .map(data -> new String(data, StandardCharsets.UTF_8))
                .toList();
    }
}
