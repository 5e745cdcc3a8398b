package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.core.EngineConfig;
import dev.backfill.model.FolderRole;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A walk that takes longer than a provider keeps its changes: they are read on the way. */
class LongWalkTest {
    private static final int MESSAGES = 60;
    private static final int PAGE = 2;
    private static final int STANDING = PAGE * EngineConfig.DEFAULT_MAX_UNACKNOWLEDGED_PAGES;
    private static final Duration QUIET = Duration.ofMillis(3);
    private static final Instant LATER = Instant.parse("2027-06-01T00:00:00Z");

    private static final CountDownLatch OPEN = new CountDownLatch(0);

    private final ManualTime time = new ManualTime();
    private final AtomicInteger plans = new AtomicInteger();

    /** What holds the answers to what changed in the middle, and at the end; open unless a test shuts them. */
    private volatile CountDownLatch catchUpAnswered = OPEN;

    private volatile CountDownLatch drainAnswered = OPEN;

    private final ScriptedSource source = ScriptedSource.builder()
            .mailbox(ScriptedFolder.of("inbox", FolderRole.INBOX, MESSAGES))
            .onRequest(operation -> {
                if (operation.equals(ScriptedSource.PLAN)) {
                    int plan = plans.incrementAndGet();
                    hold(plan == 2 ? catchUpAnswered : plan == 3 ? drainAnswered : OPEN);
                }
            })
            .build();
    private final RecordingSink sink = new RecordingSink();
    private final EngineRig rig = new EngineRig(
            source,
            sink,
            builder -> builder.time(time)
                    .config(EngineRig.config()
                            .catchUpInterval(Duration.ofHours(2))
                            .build()));

    @AfterEach
    void close() {
        rig.close();
    }

    /** Starts a job whose walk stands still, its first pages not acknowledged. */
    private JobId standing(BackfillRequest.Builder request) {
        sink.holdAcks();
        JobId id = rig.jobs().start(request.batchSize(PAGE).build()).id();
        awaitHeld(STANDING);
        return id;
    }

    private void awaitHeld(int messages) {
        time.runDuring(QUIET, Duration.ofMinutes(1), () -> sink.awaitHeld(messages));
    }

    private BackfillJob end(JobId id) {
        sink.ackAtOnce();
        time.runDuring(QUIET, Duration.ofMinutes(10), () -> rig.awaitEnd(id));
        BackfillJob job = rig.jobs().status(id);
        assertThat(job.state()).as("%s", job).isEqualTo(JobState.COMPLETED);
        rig.checkInvariants(id);
        return job;
    }

    @Test
    void whatChangesIsReadOnceAnIntervalWhileTheWalkGoesOn() {
        JobId id = standing(EngineRig.request());
        source.account().add("inbox", "new-1", LATER);
        time.advance(Duration.ofHours(2));
        awaitHeld(STANDING + 1);
        BackfillJob job = end(id);

        List<String> published = sink.messageIds();
        assertThat(published.indexOf("new-1")).isLessThan(STANDING + 1);
        assertThat(published).hasSize(MESSAGES + 1).doesNotHaveDuplicates();
        assertThat(job.notes()).isEmpty();
    }

    @Test
    void marksThatWereMovedOnOutliveAHistoryThatIsForgotten() {
        JobId id = standing(EngineRig.request());
        source.account().add("inbox", "new-1", LATER);
        time.advance(Duration.ofHours(2));
        awaitHeld(STANDING + 1);
        sink.ackAll();
        source.account().forgetChanges();
        BackfillJob job = end(id);

        // Had the mark of the beginning still been needed, all would have been read twice.
        assertThat(sink.messageIds()).hasSize(MESSAGES + 1);
        assertThat(job.notes()).isEmpty();
        assertThat(job.deletionsUnknownSince()).isNull();
    }

    @Test
    void whereAMarkDiesInTheMiddleEverythingIsReadBehindANewOne() {
        JobId id = standing(EngineRig.request());
        source.account().add("inbox", "new-1", ScriptedFolder.DEFAULT_OLDEST.plusSeconds(5));
        source.account().forgetChanges();
        time.advance(Duration.ofHours(2));
        BackfillJob job = end(id);

        assertThat(job.notes()).containsExactly(new JobNote("READ_WHOLE", "inbox", "MARK_LOST"));
        assertThat(job.deletionsUnknownSince()).isNotNull();
        Set<String> distinct = new HashSet<>(sink.messageIds());
        assertThat(distinct).hasSize(MESSAGES + 1).contains("new-1");
        assertThat(sink.messageIds()).hasSizeGreaterThan(MESSAGES + 1);
    }

    /** Both would begin at the same marks. */
    @Test
    void whatChangedIsNotAskedForAgainWhileAnAnswerIsOnItsWay() {
        catchUpAnswered = new CountDownLatch(1);
        drainAnswered = new CountDownLatch(1);
        JobId id = standing(EngineRig.request());
        source.account().add("inbox", "new-1", LATER);
        time.advance(Duration.ofHours(2));
        sink.ackAtOnce();
        try (AutoAdvance running = time.autoAdvance(QUIET, Duration.ofMinutes(30))) {
            assertThat(running).isNotNull();
            sink.awaitDelivered(MESSAGES);
            // Enough for a run that does not wait to ask again: time stands still while there is work.
            CountDownLatch enough = new CountDownLatch(1);
            time.schedule(Duration.ofMinutes(5), enough::countDown);
            hold(enough);
            catchUpAnswered.countDown();
            sink.awaitDelivered(MESSAGES + 1);
        }
        drainAnswered.countDown();
        end(id);

        assertThat(sink.messageIds()).hasSize(MESSAGES + 1).doesNotHaveDuplicates();
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aJobThatEndsAtABoundIsNotInterrupted() {
        JobId id = standing(EngineRig.request().maxEmails(20L));
        source.account().add("inbox", "new-1", LATER);
        time.advance(Duration.ofHours(2));
        end(id);

        assertThat(sink.messageIds()).hasSize(20).doesNotContain("new-1");
    }
}
