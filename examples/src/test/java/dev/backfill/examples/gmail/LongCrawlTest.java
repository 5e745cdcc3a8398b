package dev.backfill.examples.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.Mode;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A mailbox that changes all the while and is walked for longer than Gmail keeps its history, as a new project's quota makes it: five
 * stretches of the walk with an hour between them, after each of which Gmail forgets all that the job has read.
 */
class LongCrawlTest {
    private static final int MESSAGES = 150;
    private static final int STRETCH = 20;
    private static final int STRETCHES = 5;
    private static final long SEED = 41;
    private static final int A_DAY = 24;

    /** The mail that comes in the stretches, behind all ids of the owner's. */
    private static final long FIRST_ARRIVAL = 0x7fff_0000L;

    private final MovableTime time = new MovableTime();
    private final Semaphore mayWalk = new Semaphore(0);
    private final CountDownLatch walks = new CountDownLatch(1);
    private final Map<String, Semaphore> arrivals = new ConcurrentHashMap<>();
    private final List<StoredMail> mails = mails(SEED, MESSAGES);
    private FakeGmail gmail;
    private GmailWorld world;
    private ChangingMailbox owner;

    @BeforeEach
    void start() throws Exception {
        gmail = FakeGmail.builder().mailbox(GmailWorld.OWNER, mails).start();
        world = new GmailWorld(gmail, Map.of("quota", "off"), () -> "token", builder -> builder.time(time));
        owner = new ChangingMailbox(world.mailbox(), SEED, mails(1_000 + SEED, 50));
        Set<String> walked = Set.copyOf(mails.stream().map(StoredMail::id).toList());
        world.beforeEachMessage(message -> {
            String id = message.attributes().get(RecordingSink.MESSAGE_ID_ATTRIBUTE);
            arrival(id).release();
            if (walked.contains(id) && isCreate(message)) {
                walks.countDown();
                mayWalk.acquireUninterruptibly();
            }
        });
    }

    @AfterEach
    void close() {
        mayWalk.release(MESSAGES);
        world.close();
        gmail.close();
        time.close();
    }

    private static List<StoredMail> mails(long seed, int count) {
        return new MailGenerator(GeneratorOptions.of(seed, count)).mails().toList();
    }

    private static boolean isCreate(OutboundMessage message) {
        return "create".equals(message.attributes().get("operation"));
    }

    private Semaphore arrival(String id) {
        return arrivals.computeIfAbsent(id, key -> new Semaphore(0));
    }

    /** A stretch of the walk, in which the owner works and a message arrives; ends when the job has heard of it. */
    private void stretch(int number) throws InterruptedException {
        mayWalk.release(STRETCH);
        // What comes before the mailbox is listed belongs to the walk.
        assertThat(walks.await(60, TimeUnit.SECONDS)).isTrue();
        owner.work(8);
        owner.finish();
        StoredMail like = mails.get(0);
        String id = HexFormat.of().toHexDigits(FIRST_ARRIVAL + number);
        world.mailbox()
                .add(StoredMail.builder(id, like.receivedAt().plusSeconds(number))
                        .folder(like.folder())
                        .mime(like.mime())
                        .build());
        for (int hours = 1; hours <= A_DAY; hours++) {
            time.passOnTheWall(Duration.ofHours(1));
            time.pass(Duration.ofSeconds(1));
        }
        // A history may be gone after hours, so that a day without a look at it is too long.
        assertThat(arrival(id).tryAcquire(60, TimeUnit.SECONDS))
                .as("stretch %d was heard of within a day", number)
                .isTrue();
    }

    /** The record that the history was last read from. */
    private long lastStart() {
        return gmail.journal().entries().stream()
                .filter(entry -> entry.path().endsWith("/history"))
                .mapToLong(entry ->
                        Long.parseLong(entry.query().get("startHistoryId").get(0)))
                .max()
                .orElseThrow();
    }

    private JobId startJob() {
        return world.jobs()
                .start(GmailWorld.request(Mode.FULL).batchSize(10).build())
                .id();
    }

    @Test
    void whatChangesIsReadOnTheWaySoThatNothingIsLostThoughTheFirstPinIsLongDead() throws Exception {
        long pinned = world.mailbox().historyId();
        JobId id = startJob();
        long last = pinned;
        for (int number = 1; number <= STRETCHES; number++) {
            stretch(number);
            if (number > 1) {
                assertThat(lastStart()).as("the pin of stretch %d", number).isGreaterThan(last);
            }
            last = lastStart();
            world.mailbox().forgetHistory(last);
        }
        mayWalk.release(MESSAGES);

        GmailWorld.assertNothingWasLost(world.completed(id));
        GmailWorld.assertNothingWasLost(world.run(Mode.INCREMENTAL));
        world.assertReadersSeeTheMailbox(SEED);
    }

    @Test
    void aHistoryThatDiesBetweenTwoReplaysHasAllReadAgainAsUpdates() throws Exception {
        JobId id = startJob();
        stretch(1);
        stretch(2);
        owner.work(10);
        owner.finish();
        // In some rare circumstances Gmail keeps it for a few hours only.
        world.mailbox().forgetHistory();
        mayWalk.release(2 * MESSAGES);
        stretch(3);

        BackfillJob job = world.completed(id);
        assertThat(job.notes()).contains(new JobNote("READ_WHOLE", "all", "MARK_LOST"));
        assertThat(job.deletionsUnknownSince()).isNotNull().isAfterOrEqualTo(job.startedAt());
        GmailWorld.assertNothingWasLost(world.run(Mode.INCREMENTAL));
        // What was deleted while nobody could hear of it stays; all else is as it is.
        assertThat(Reader.of(world.sink.payloads(), SEED).mailbox()).containsAllEntriesOf(world.shown());
    }
}
