package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.core.EngineConfig;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Partition.Kind;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A provider that is asked for changes before a folder's mark is there takes the folder for a new one, and plans it anew under other
 * names. A second mark would stand behind changes that nobody read.
 */
class NewFolderFoundTwiceTest {
    private static final String ID = "forgetful";
    private static final int MESSAGES = 60;
    private static final int LATE = 3;
    private static final int PAGE = 2;
    private static final int STANDING = PAGE * EngineConfig.DEFAULT_MAX_UNACKNOWLEDGED_PAGES;
    private static final Duration QUIET = Duration.ofMillis(3);
    private static final Instant LATER = Instant.parse("2027-06-01T00:00:00Z");

    private final ManualTime time = new ManualTime();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger marksOfLate = new AtomicInteger();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch firstMarkMayCome = new CountDownLatch(1);
    private volatile CountDownLatch answerMayCome = new CountDownLatch(0);

    private final ScriptedSource scripted = ScriptedSource.builder()
            .mailbox(
                    ScriptedFolder.of("inbox", FolderRole.INBOX, MESSAGES),
                    ScriptedFolder.of("late", FolderRole.OTHER, LATE))
            .build();
    private final RecordingSink sink = new RecordingSink();
    private final EmailSource source =
            Interposed.between(EmailSource.class, scripted, (method, arguments, real) -> switch (method) {
                case "providerId" -> ID;
                case "open" -> Interposed.between(Mailbox.class, (Mailbox) real.call(arguments), this::mailbox);
                default -> real.call(arguments);
            });
    private final EngineRig rig = new EngineRig(
            scripted,
            sink,
            builder -> builder.source(source)
                    .time(time)
                    .config(EngineRig.config()
                            .catchUpInterval(Duration.ofHours(2))
                            .build()));

    private Object mailbox(String method, Object[] arguments, Interposed.Real real) throws Throwable {
        if (method.equals("planChanges") && questions.incrementAndGet() == 1) {
            Object answer = real.call(arguments);
            asked.countDown();
            answerMayCome.await();
            return ((List<?>) answer)
                    .stream().map(partition -> anew((Partition) partition)).toList();
        }
        if (method.equals("fetch")
                && arguments[1] instanceof Partition partition
                && partition.kind() == Kind.PIN
                && partition.scope().equals("late")
                && marksOfLate.incrementAndGet() == 1) {
            firstMarkMayCome.await();
        }
        return real.call(arguments);
    }

    /** Under another name, as one provider does whose keys must not be those of the first plan. */
    private static Partition anew(Partition given) {
        return given.kind() == Kind.CHANGES
                ? given
                : new Partition(
                        "anew:" + given.id(), given.kind(), given.scope(), given.from(), given.to(), given.token());
    }

    @AfterEach
    void close() {
        firstMarkMayCome.countDown();
        answerMayCome.countDown();
        rig.close();
    }

    private JobId standing() {
        sink.holdAcks();
        JobId id = rig.jobs()
                .start(BackfillRequest.builder(ID, "me").batchSize(PAGE).build())
                .id();
        awaitHeld(STANDING);
        scripted.account().add("inbox", "new-1", LATER);
        return id;
    }

    private void awaitHeld(int messages) {
        time.runDuring(QUIET, Duration.ofMinutes(1), () -> sink.awaitHeld(messages));
    }

    private void assertReadOnce(JobId id) {
        sink.ackAtOnce();
        time.runDuring(QUIET, Duration.ofMinutes(10), () -> rig.awaitEnd(id));
        BackfillJob job = rig.jobs().status(id);
        assertThat(job.state()).as("%s", job).isEqualTo(JobState.COMPLETED);
        rig.checkInvariants(id);
        assertThat(questions).hasValue(2);
        assertThat(marksOfLate).hasValue(1);
        assertThat(sink.messageIds()).hasSize(MESSAGES + LATE + 1).doesNotHaveDuplicates();
    }

    @Test
    void whileTheMarkOfItsOwnIsStillToBeTaken() {
        JobId id = standing();

        time.advance(Duration.ofHours(2));
        awaitHeld(STANDING + 1);
        firstMarkMayCome.countDown();

        assertReadOnce(id);
    }

    @Test
    void whereTheMarkOfItsOwnCameBeforeTheAnswer() throws InterruptedException {
        answerMayCome = new CountDownLatch(1);
        JobId id = standing();

        time.advance(Duration.ofHours(2));
        try (AutoAdvance running = time.autoAdvance(QUIET, Duration.ofMinutes(1))) {
            assertThat(running).isNotNull();
            asked.await();
            firstMarkMayCome.countDown();
            sink.ackAtOnce();
            sink.awaitDelivered(MESSAGES + LATE);
        }
        answerMayCome.countDown();

        assertReadOnce(id);
    }
}
