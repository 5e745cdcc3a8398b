package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contents are fetched side by side, within the memory there is, whatever sizes the provider gives. */
@Timeout(60)
class ContentsTogetherTest {
    private static final int MESSAGES = 24;
    private static final int MIB = 1 << 20;

    private final RecordingSink sink = new RecordingSink().keepPayloads();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();

    /** What a mailbox does when a content is opened. */
    private interface Opening {
        Object open(long maxBytes, Interposed.Real real, Object[] arguments) throws Throwable;
    }

    @Test
    void theContentsOfAPageAreFetchedSideBySide() {
        CountDownLatch together = new CountDownLatch(4);
        try (EngineRig rig = rig(100, MIB * 64, (most, real, arguments) -> {
            together.countDown();
            assertThat(together.await(10, TimeUnit.SECONDS)).as("contents meet").isTrue();
            return real.call(arguments);
        })) {
            assertAllThere(rig);
            assertThat(opened).hasValue(MESSAGES);
        }
    }

    @Test
    void noMoreIsFetchedThanMemoryHasRoomFor() {
        // Each takes three times 100,000 bytes: of the page and three contents there is room, not of four.
        try (EngineRig rig = rig(100_000, MIB, (most, real, arguments) -> real.call(arguments))) {
            sink.holdAcks();
            JobId id = rig.jobs().start(request()).id();
            sink.awaitHeld(1);
            rig.await(id, job -> job.waiting() != null);

            assertThat(opened).hasValueLessThanOrEqualTo(3);
            assertThat(mostUnderWay).hasValueLessThanOrEqualTo(3);
            sink.ackAtOnce();
            sink.ackAll();
            assertComplete(rig.awaitEnd(id));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400_000, 1_000_000})
    void aContentLargerThanAllMemoryIsReadAloneAndNothingHangs(int size) {
        try (EngineRig rig = rig(size, MIB, (most, real, arguments) -> real.call(arguments))) {
            assertAllThere(rig);
            assertThat(mostUnderWay).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aContentLongerThanItsSizeSaysIsFetchedWholeAndNoMoreIsReadThanThereIsRoomFor(boolean kept) {
        byte[] truth = new byte[5_000];
        try (EngineRig rig = rig(100, MIB * 64, (most, real, arguments) -> {
            // A plug-in that keeps the bound, and one that does not.
            if (kept && truth.length > most) {
                throw SourceException.of(Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, "TOO_LARGE")
                        .build("as wanted");
            }
            return new ByteArrayInputStream(truth);
        })) {
            assertAllThere(rig);
            assertThat(opened).hasValueLessThanOrEqualTo(2 * MESSAGES);
        }
        assertThat(sink.payloads())
                .allSatisfy(message -> assertThat(text(message)).contains("A".repeat(6_000)));
    }

    @Test
    void aContentThatEndsTheJobEndsItOnceForAll() {
        try (EngineRig rig = rig(100, MIB * 64, (most, real, arguments) -> {
            throw SourceException.of(Kind.AUTH, SourceException.Scope.MAILBOX, "REVOKED")
                    .build("as wanted");
        })) {
            BackfillJob job = rig.run(request());

            assertThat(job.state()).isEqualTo(JobState.FAILED);
            assertThat(job.failureCode()).isEqualTo("AUTHENTICATION");
        }
    }

    private EngineRig rig(int attachmentBytes, long memory, Opening opening) {
        ScriptedSource scripted = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES).attachments(1, attachmentBytes))
                .build();
        WrappedSource source = new WrappedSource(scripted, (method, arguments, real) -> {
            if (!method.equals("open")) {
                return real.call(arguments);
            }
            opened.incrementAndGet();
            mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            try {
                return opening.open((Long) arguments[1], real, arguments);
            } finally {
                underWay.decrementAndGet();
            }
        });
        return new EngineRig(
                scripted,
                sink,
                builder -> builder.source(source)
                        .config(EngineRig.config().memoryBudgetBytes(memory).build()));
    }

    private static BackfillRequest request() {
        return BackfillRequest.builder(WrappedSource.ID, "me")
                .includeAttachments(true)
                .build();
    }

    private void assertAllThere(EngineRig rig) {
        assertComplete(rig.run(request()));
    }

    private void assertComplete(BackfillJob job) {
        assertThat(job.state()).isEqualTo(JobState.COMPLETED);
        assertThat(sink.payloads())
                .hasSize(MESSAGES)
                .allSatisfy(message -> assertThat(text(message)).contains("\"content\":", "\"truncated\":[]"));
        List<String> ids = sink.messageIds();
        assertThat(ids).doesNotHaveDuplicates();
    }

    private static String text(OutboundMessage message) {
        return new String(message.data(), StandardCharsets.UTF_8);
    }
}
