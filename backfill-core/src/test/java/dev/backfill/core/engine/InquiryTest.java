package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.MailboxAccessException;
import dev.backfill.api.Waiting;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.Quota;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a host asks a mailbox outside of any job does not block for ever; time runs by itself. */
@Timeout(20)
class InquiryTest {
    /** Without a deadline it would wait for ever; more than that deadline, since time runs on until the test looks. */
    private static final Duration MANY_THROTTLES = Duration.ofHours(10);

    private final ManualTime time = new ManualTime();
    private final AutoAdvance running = time.autoAdvance(Duration.ofMillis(3), Duration.ofDays(3));

    @AfterEach
    void stopTime() {
        running.close();
    }

    private EngineRig throttledFor(String operation) {
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(10))
                .faults(FaultScript.builder()
                        .failOperation(operation, FaultScript.ALWAYS, Fault.throttled(Duration.ofMinutes(5)))
                        .build())
                .build();
        return new EngineRig(
                source,
                new RecordingSink(),
                builder -> builder.time(time)
                        .config(EngineRig.config()
                                .sweepInterval(Duration.ofSeconds(30))
                                .build()));
    }

    private void assertEndsInTime(ThrowingCallable question) {
        Instant before = time.instant();
        assertThatThrownBy(question)
                .isInstanceOfSatisfying(
                        MailboxAccessException.class,
                        late -> assertThat(late.code()).isEqualTo("TIMEOUT"));
        assertThat(Duration.between(before, time.instant())).isLessThan(MANY_THROTTLES);
    }

    @Test
    void anEstimateEndsAfterAMinute() {
        try (EngineRig rig = throttledFor(ScriptedSource.COUNT)) {
            assertEndsInTime(() -> rig.jobs().estimate(EngineRig.request().build()));
        }
    }

    @Test
    void aListOfFoldersEndsAfterAMinute() {
        try (EngineRig rig = throttledFor(ScriptedSource.FOLDERS)) {
            assertEndsInTime(() -> rig.jobs().folders(ScriptedSource.DEFAULT_ID, "me"));
        }
    }

    /** Else a job's mailbox would be asked beside it, and more than it takes at once, or while it says to wait. */
    @Test
    void aQuestionWaitsForWhatTheMailboxsJobsWaitFor() {
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(10))
                .faults(FaultScript.builder()
                        .failOperation(ScriptedSource.PLAN, FaultScript.ALWAYS, Fault.throttled(Duration.ofMinutes(5)))
                        .build())
                .build();
        ManualTime standing = new ManualTime();
        try (EngineRig rig = new EngineRig(source, new RecordingSink(), builder -> builder.time(standing))) {
            JobId id = rig.jobs()
                    .start(EngineRig.request()
                            .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                            .build())
                    .id();
            Instant soon = standing.instant().plusSeconds(60);
            while (!waitsUntilAfter(soon, rig.jobs().status(id).waiting())) {
                assertThat(Thread.interrupted()).as("ran out of time").isFalse();
                Thread.onSpinWait();
            }

            standing.runDuring(
                    Duration.ofMillis(3),
                    Duration.ofMinutes(4),
                    () -> assertThatThrownBy(() ->
                                    rig.jobs().estimate(EngineRig.request().build()))
                            .isInstanceOfSatisfying(
                                    MailboxAccessException.class,
                                    late -> assertThat(late.code()).isEqualTo("TIMEOUT")));
        }
    }

    /** There may be thousands of pages, and somebody waits at a screen. */
    @Test
    void aQuestionGoesBeforeThePagesThatTheMailboxsJobWaitsFor() throws InterruptedException {
        ManualTime standing = new ManualTime();
        BlockingQueue<String> sent = new LinkedBlockingQueue<>();
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(folders(JobsLimits.WALKS))
                .quotas(new Quota("slow", Quota.Measure.REQUESTS, Quota.Scope.MAILBOX, 1, JobsLimits.WINDOW))
                .onRequest(sent::add)
                .build();
        try (EngineRig rig = new EngineRig(source, new RecordingSink(), builder -> builder.time(standing))) {
            rig.start();
            for (int pages = 0; pages < JobsLimits.WALKS; ) {
                pages += JobsLimits.next(standing, sent).equals(ScriptedSource.LIST) ? 1 : 0;
            }
            awaitInLine(JobsLimits.WALKS);
            Thread question = new Thread(() -> rig.jobs().folders(ScriptedSource.DEFAULT_ID, "me"));
            question.start();
            awaitInLine(JobsLimits.WALKS + 1);

            // Whose mailbox it is nobody knows before it says so: that question is not in line.
            assertThat(JobsLimits.next(standing, sent)).isEqualTo(ScriptedSource.PROFILE);
            assertThat(JobsLimits.next(standing, sent)).isEqualTo(ScriptedSource.FOLDERS);
            question.join();
        }
    }

    /** Waits until so many threads wait for their turn at the mailbox. */
    private static void awaitInLine(int threads) {
        while (threadsInLine() != threads) {
            assertThat(Thread.interrupted()).as("ran out of time").isFalse();
            Thread.onSpinWait();
        }
    }

    private static long threadsInLine() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Stream.of(stack)
                        .anyMatch(frame -> frame.getClassName().endsWith(".throttle.MailboxLimits")
                                && frame.getMethodName().equals("admit")))
                .count();
    }

    private static ScriptedFolder[] folders(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> ScriptedFolder.of("folder-" + i, FolderRole.OTHER, 5_000))
                .toArray(ScriptedFolder[]::new);
    }

    /** A mailbox that takes one request at a time, and rarely, from a job that has several at once. */
    private static final class JobsLimits {
        static final int WALKS = 4;
        static final Duration WINDOW = Duration.ofSeconds(5);

        private JobsLimits() {}

        /** Lets one request through. */
        static String next(ManualTime time, BlockingQueue<String> sent) throws InterruptedException {
            String next = sent.poll();
            while (next == null) {
                time.advance(WINDOW);
                next = sent.poll(100, TimeUnit.MILLISECONDS);
            }
            return next;
        }
    }

    @Test
    void aMailboxThatIsToBeLeftAloneForLongSaysUntilWhen() {
        ManualTime standing = new ManualTime();
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(10))
                .faults(FaultScript.builder()
                        .failOperation(ScriptedSource.FOLDERS, FaultScript.ALWAYS, Fault.parked(Duration.ofHours(7)))
                        .build())
                .build();
        try (EngineRig rig = new EngineRig(source, new RecordingSink(), builder -> builder.time(standing))) {
            assertThatThrownBy(() -> rig.jobs().folders(ScriptedSource.DEFAULT_ID, "me"))
                    .isInstanceOf(MailboxAccessException.class)
                    .hasMessageContaining("The mailbox is not asked now, but from "
                            + standing.instant().plus(Duration.ofHours(7)) + " on: ");
        }
    }

    private static boolean waitsUntilAfter(Instant time, @Nullable Waiting waiting) {
        return waiting != null && waiting.until() != null && waiting.until().isAfter(time);
    }
}
