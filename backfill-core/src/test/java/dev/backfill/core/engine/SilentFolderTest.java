package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.core.EngineConfig;
import dev.backfill.core.Throttling;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One folder whose every request is answered with an error that passes, and never does. */
@Timeout(60)
class SilentFolderTest {
    private static final int OF_EACH = 300;

    private final ManualTime time = new ManualTime();
    private final AutoAdvance running = time.autoAdvance(Duration.ofMillis(3), Duration.ofDays(3));
    private final RecordingSink sink = new RecordingSink();
    private final AtomicBoolean silent = new AtomicBoolean(true);
    private Partition.Kind silentKind = Partition.Kind.WINDOW;

    /** Of each partition's pages, in the order in which they were asked for. */
    private final List<Partition> asked = new CopyOnWriteArrayList<>();

    private final AtomicInteger plansOfChanges = new AtomicInteger();
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private volatile boolean untilCaughtUp;

    @AfterEach
    void stopTime() {
        running.close();
    }

    /** The silent folder is walked first, in more windows than are walked at once. */
    private EngineRig rig(Duration maxOutage) {
        ScriptedSource scripted = ScriptedSource.builder()
                .mailbox(
                        ScriptedFolder.inbox(OF_EACH),
                        ScriptedFolder.of("sent", FolderRole.SENT, OF_EACH),
                        ScriptedFolder.of("old", FolderRole.OTHER, OF_EACH))
                .windowMessages(30)
                .build();
        WrappedSource source = new WrappedSource(scripted, (method, arguments, real) -> {
            if (method.equals("planChanges") && untilCaughtUp && plansOfChanges.incrementAndGet() == 2) {
                caughtUp.countDown();
            }
            if (method.equals("fetch")) {
                asked.add(partition(arguments));
                if (untilCaughtUp && isLast(partition(arguments))) {
                    caughtUp.await();
                }
            }
            if (method.equals("fetch") && silent.get() && isSilent(partition(arguments))) {
                throw SourceException.of(Kind.RETRY, SourceException.Scope.PARTITION, "HTTP_503")
                        .build("as wanted");
            }
            return real.call(arguments);
        });
        EngineConfig config = EngineRig.config()
                .sweepInterval(Duration.ofMinutes(1))
                .callFirstDelay(Duration.ofMillis(1))
                .callMaxDelay(Duration.ofMillis(1))
                .catchUpInterval(Duration.ofMinutes(5))
                .throttling(Throttling.DEFAULT.withMaxOutage(maxOutage))
                .build();
        return new EngineRig(
                scripted, sink, builder -> builder.source(source).time(time).config(config));
    }

    private boolean isSilent(Partition partition) {
        return partition.kind() == silentKind && partition.scope().equals("inbox");
    }

    private static boolean isLast(Partition partition) {
        return partition.kind() == Partition.Kind.WINDOW && partition.scope().equals("old") && partition.from() == null;
    }

    private static Partition partition(Object... arguments) {
        return Arrays.stream(arguments)
                .filter(Partition.class::isInstance)
                .map(Partition.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static BackfillRequest request() {
        return BackfillRequest.builder(WrappedSource.ID, "me").build();
    }

    @ParameterizedTest
    @EnumSource(
            value = Partition.Kind.class,
            names = {"WINDOW", "PIN"})
    void theRestOfTheMailboxIsReadMeanwhileAndTheJobEndsWhenTheOutageHasLastedTooLong(Partition.Kind kind) {
        silentKind = kind;
        Duration most = Duration.ofMinutes(40);
        try (EngineRig rig = rig(most)) {
            JobId id = rig.jobs().start(request()).id();
            rig.await(id, job -> sink.distinct() == 2 * OF_EACH);
            Instant read = time.instant();
            BackfillJob failed = rig.awaitEnd(id);

            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(failed.failureCode()).isEqualTo("SOURCE_UNAVAILABLE");
            assertThat(sink.messageIds()).noneMatch(message -> message.startsWith("inbox"));
            assertThat(Duration.between(read, time.instant())).isBetween(most, most.plusMinutes(20));

            silent.set(false);
            rig.jobs().resume(id);
            assertThat(rig.awaitEnd(id).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(3 * OF_EACH);
        }
    }

    @Test
    void aFolderThatAnswersInTheEndIsReadThenAndTheJobIsComplete() {
        try (EngineRig rig = rig(Duration.ofHours(6))) {
            JobId id = rig.jobs().start(request()).id();
            rig.await(id, job -> sink.distinct() == 2 * OF_EACH && job.state() == JobState.QUEUED);
            silent.set(false);

            assertThat(rig.awaitEnd(id).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(3 * OF_EACH);
            assertThat(sink.duplicates()).isZero();
        }
    }

    /**
     * The question for what changed meanwhile must not make the silent folder look like one that is new: its mark would be taken, and its
     * windows read, before the changes.
     */
    @Test
    void whereEverythingIsReadAnewTheWindowsOfAFolderThatDoesNotAnswerForItsChangesWaitForThem() {
        try (EngineRig rig = rig(Duration.ofMinutes(40))) {
            silent.set(false);
            rig.awaitEnd(rig.jobs().start(request()).id());
            int before = asked.size();
            silentKind = Partition.Kind.CHANGES;
            silent.set(true);
            untilCaughtUp = true;

            BackfillJob failed = rig.run(request());

            assertThat(failed.failureCode()).isEqualTo("SOURCE_UNAVAILABLE");
            assertThat(plansOfChanges).as("asked in the middle of the walk too").hasValueGreaterThan(1);
            assertThat(asked.subList(before, asked.size()))
                    .filteredOn(partition -> partition.scope().equals("inbox"))
                    .extracting(Partition::kind)
                    .containsOnly(Partition.Kind.CHANGES);
            assertThat(failed.progress().published()).isEqualTo(2 * OF_EACH);

            silent.set(false);
            rig.jobs().resume(failed.id());
            assertThat(rig.awaitEnd(failed.id()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(rig.awaitEnd(failed.id()).progress().published()).isEqualTo(3 * OF_EACH);
        }
    }
}
