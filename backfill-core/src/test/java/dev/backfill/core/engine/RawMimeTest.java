package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobState;
import dev.backfill.core.EngineConfigBuilder;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A job that asks for the whole MIME publishes it, or says of each message why not. */
@Timeout(60)
class RawMimeTest {
    private static final int MESSAGES = 20;
    private static final Pattern MIME = Pattern.compile("\"raw_mime\":\"([^\"]*)\"");

    private final EngineConfigBuilder config = EngineRig.config();
    private final RecordingSink sink = new RecordingSink().keepPayloads();
    private final AtomicInteger mimesOpened = new AtomicInteger();

    /** What a mailbox does when a MIME is opened. */
    private interface Opening {
        Object open(long maxBytes, Interposed.Real real, Object[] arguments) throws Throwable;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachMessageIsPublishedWithItsMimeBesideTheContentsOfItsAttachmentsOrWithout(boolean contents) {
        List<String> published = publish(contents, true, (most, real, arguments) -> real.call(arguments));

        assertThat(mimesOpened).hasValue(MESSAGES);
        assertThat(published).hasSize(MESSAGES).allSatisfy(json -> {
            assertThat(json.contains("\"content\":")).isEqualTo(contents);
            assertThat(json).contains("\"truncated\":[]");
            Matcher id = Pattern.compile("\"provider_message_id\":\"([^\"]*)\"").matcher(json);
            assertThat(id.find()).isTrue();
            assertThat(new String(mime(json), StandardCharsets.US_ASCII))
                    .startsWith("Message-ID: <" + id.group(1) + "@");
        });
    }

    @Test
    void aJobThatDoesNotAskForItReadsNoneAndItsMessagesHaveNoSuchField() {
        assertThat(publish(true, false, (most, real, arguments) -> real.call(arguments)))
                .hasSize(MESSAGES)
                .noneMatch(json -> json.contains("raw_mime"));
        assertThat(mimesOpened).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({
        "SKIP_MESSAGE, ErrorItemNotFound, UNAVAILABLE",
        "SKIP_MESSAGE, TOO_LARGE, TOO_LARGE",
        "RETRY, ErrorInternal, UNAVAILABLE",
        "RETRY_SMALLER, GatewayTimeout, UNAVAILABLE"
    })
    void aMimeThatCannotBeHadIsNamedInItsMessageAndFailsNothing(Kind kind, String code, String reason) {
        List<String> published = publish(true, true, (most, real, arguments) -> {
            throw SourceException.of(kind, SourceException.Scope.MESSAGE, code).build("as wanted");
        });

        assertThat(published)
                .hasSize(MESSAGES)
                .allSatisfy(json -> assertThat(json)
                        .contains(
                                "\"content\":",
                                "\"truncated\":[{\"field\":\"raw_mime\",\"reason\":\"" + reason
                                        + "\",\"omitted_bytes\":0,\"omitted_items\":1}]"));
    }

    @Test
    void aMimeLongerThanItsMessageLetsExpectIsFetchedWhole() {
        byte[] truth = new byte[300_000];
        Arrays.fill(truth, (byte) 'x');

        List<String> published = publish(false, true, (most, real, arguments) -> new ByteArrayInputStream(truth));

        assertThat(published)
                .hasSize(MESSAGES)
                .allSatisfy(json -> assertThat(mime(json)).isEqualTo(truth));
        assertThat(mimesOpened).hasValueLessThanOrEqualTo(2 * MESSAGES);
    }

    @Test
    void aMimeForWhichTheSinkHasNoRoomIsLeftOutAndNotReadToItsEnd() {
        List<String> published = publish(true, true, (most, real, arguments) -> new Endless(most));

        assertThat(published)
                .hasSize(MESSAGES)
                .allSatisfy(json -> assertThat(json)
                        .contains("\"content\":", "{\"field\":\"raw_mime\",\"reason\":\"TOO_LARGE\"")
                        .doesNotContain("\"raw_mime\":\""));
    }

    private static byte[] mime(String json) {
        Matcher mime = MIME.matcher(json);
        assertThat(mime.find()).as("the MIME is there").isTrue();
        return Base64.getDecoder().decode(mime.group(1));
    }

    private List<String> publish(boolean contents, boolean mime, Opening opening) {
        ScriptedSource scripted = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES).attachments(1, 100))
                .build();
        WrappedSource source = new WrappedSource(scripted, (method, arguments, real) -> {
            if (method.equals("open") && ((ContentRef) arguments[0]).attachmentId() == null) {
                mimesOpened.incrementAndGet();
                return opening.open((Long) arguments[1], real, arguments);
            }
            return real.call(arguments);
        });
        try (EngineRig rig =
                new EngineRig(scripted, sink, builder -> builder.source(source).config(config.build()))) {
            BackfillJob job = rig.run(BackfillRequest.builder(WrappedSource.ID, "me")
                    .includeAttachments(contents)
                    .rawMime(mime)
                    .build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
        }
        return sink.payloads().stream()
                .map(message -> new String(message.data(), StandardCharsets.UTF_8))
                .toList();
    }

    /** Never ends, and breaks when more is read than was asked for. */
    private static final class Endless extends InputStream {
        private long left;

        private Endless(long most) {
            this.left = most + 1;
        }

        @Override
        public int read() {
            return read(new byte[1], 0, 1) > 0 ? 'x' : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (left == 0) {
                throw new AssertionError("read beyond the bound");
            }
            int given = (int) Math.min(left, length);
            Arrays.fill(bytes, offset, offset + given, (byte) 'x');
            left -= given;
            return given;
        }
    }
}
