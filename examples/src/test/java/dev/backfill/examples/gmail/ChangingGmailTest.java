package dev.backfill.examples.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.Mode;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.http.RequestJournal;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A backfill followed by incremental runs over a mailbox that changes all the while: whoever reads what was published, once by its
 * keys, whatever the order, ends with the mailbox's own state.
 */
class ChangingGmailTest {
    private static List<StoredMail> mails(long seed, int count) {
        return new MailGenerator(GeneratorOptions.of(seed, count)).mails().toList();
    }

    private static FakeGmail gmail(long seed, int count) throws Exception {
        return FakeGmail.builder().mailbox(GmailWorld.OWNER, mails(seed, count)).start();
    }

    private static void changeAllTheWhile(long seed, int messages, int things) throws Exception {
        changeAllTheWhile(seed, messages, things, new String[0], new String[0]);
    }

    private static void changeAllTheWhile(long seed, int messages, int things, String[] folders, String[] labels)
            throws Exception {
        try (FakeGmail gmail = gmail(seed, messages);
                GmailWorld world = new GmailWorld(gmail)) {
            ChangingMailbox owner = new ChangingMailbox(world.mailbox(), seed, mails(seed + 1_000, 50));
            if (folders.length > 0) {
                // A folder that is asked for must be there; else the label comes in the middle of a run.
                world.mailbox().labelId("Work/Projects");
            }
            world.atEachMessage(owner::moment);
            owner.work(things);
            GmailWorld.assertNothingWasLost(world.run(Mode.FULL, folders));
            owner.finish();
            owner.work(things);
            owner.moment();
            GmailWorld.assertNothingWasLost(world.run(Mode.INCREMENTAL, folders));
            owner.finish();

            GmailWorld.assertNothingWasLost(world.run(Mode.INCREMENTAL, folders));

            world.assertReadersSeeTheMailbox(seed, labels);

            // Readers know the keys of the first time: what changed since they hear of by its changes.
            owner.work(things);
            owner.moment();
            GmailWorld.assertNothingWasLost(world.run(Mode.FULL, folders));
            owner.finish();
            GmailWorld.assertNothingWasLost(world.run(Mode.INCREMENTAL, folders));

            world.assertReadersSeeTheMailbox(seed, labels);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void readersEndWithTheMailboxsState(long seed) throws Exception {
        changeAllTheWhile(seed, 120, 60);
    }

    /** Mail leaves the folders and comes back into them. */
    @ParameterizedTest
    @ValueSource(longs = 21)
    void readersEndWithTheStateOfTheFoldersThatTheyAskedFor(long seed) throws Exception {
        changeAllTheWhile(
                seed, 120, 60, new String[] {"inbox", "Work/Projects"}, new String[] {"INBOX", "Work/Projects"});
    }

    @Test
    @Tag("campaign")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void readersEndWithTheMailboxsStateWhateverTheSeed() throws Exception {
        long seeds = Long.getLong("gmail.seeds", 200);
        for (long seed = 100; seed < 100 + seeds; seed++) {
            changeAllTheWhile(seed, 300, 200);
            changeAllTheWhile(
                    seed, 300, 200, new String[] {"inbox", "Work/Projects"}, new String[] {"INBOX", "Work/Projects"});
        }
    }

    /** What runs told before they were cancelled, the next one knows. */
    @ParameterizedTest
    @ValueSource(longs = 31)
    void readersEndWithTheMailboxsStateThoughRunsWereBrokenOff(long seed) throws Exception {
        try (FakeGmail gmail = gmail(seed, 60);
                GmailWorld world = new GmailWorld(gmail)) {
            ChangingMailbox owner = new ChangingMailbox(world.mailbox(), seed, mails(seed + 1_000, 50));
            world.run(Mode.FULL);
            Random random = new Random(seed);
            for (int i = 0; i < 6; i++) {
                owner.work(20);
                owner.finish();
                CompletableFuture<JobId> started = new CompletableFuture<>();
                AtomicInteger until = new AtomicInteger(1 + random.nextInt(15));
                world.atEachMessage(() -> {
                    if (until.decrementAndGet() == 0) {
                        world.jobs().cancel(started.join());
                    }
                });
                JobId id = world.jobs()
                        .start(GmailWorld.request(Mode.INCREMENTAL).batchSize(5).build())
                        .id();
                started.complete(id);
                world.await(id, job -> job.state().isTerminal());
            }

            assertThat(world.run(Mode.INCREMENTAL).deletionsUnknownSince()).isNull();

            world.assertReadersSeeTheMailbox(seed);
        }
    }

    @Test
    void aRestartInTheMiddleKeepsThePin() throws Exception {
        try (FakeGmail gmail = gmail(7, 120);
                GmailWorld world = new GmailWorld(gmail)) {
            ChangingMailbox owner = new ChangingMailbox(world.mailbox(), 7, mails(1_007, 50));
            AtomicInteger published = new AtomicInteger();
            owner.work(80);
            world.atEachMessage(() -> {
                owner.moment();
                published.incrementAndGet();
            });
            long first = world.mailbox().historyId();
            JobId id = world.jobs()
                    // So slow that it is not over before it is restarted for the last time.
                    .start(GmailWorld.request(Mode.FULL)
                            .batchSize(5)
                            .rateLimit(100)
                            .build())
                    .id();
            for (int wanted = 10; wanted <= 70; wanted += 30) {
                world.sink.awaitDelivered(wanted);
                world.restart();
            }
            GmailWorld.assertNothingWasLost(world.completed(id));
            owner.finish();
            GmailWorld.assertNothingWasLost(world.run(Mode.INCREMENTAL));

            world.assertReadersSeeTheMailbox(7);
            List<String> starts = gmail.journal().entries().stream()
                    .filter(entry -> entry.path().endsWith("/history"))
                    .map(entry -> entry.query().get("startHistoryId").get(0))
                    .toList();
            assertThat(starts.subList(0, 2))
                    .as("the plan asks whether the first pin is kept, and the drain begins at it, not at a later run's")
                    .containsOnly(Long.toString(first));
            assertThat(starts).last().as("mail moved meanwhile").isNotEqualTo(Long.toString(first));
        }
    }

    /** The first list counts, the second is the plan's, which only cuts; the third is the first of the walk. */
    @Test
    void aKillBetweenThePinAndTheFirstListOfTheWalkKeepsThePin() throws Exception {
        CountDownLatch listing = new CountDownLatch(1);
        CountDownLatch killed = new CountDownLatch(1);
        AtomicLong pinned = new AtomicLong();
        FakeGmail[] holder = new FakeGmail[1];
        try (FakeGmail gmail = FakeGmail.builder()
                .mailbox(GmailWorld.OWNER, mails(9, 120))
                .beforeList(number -> {
                    if (number == 3) {
                        pinned.set(holder[0].mailbox(GmailWorld.OWNER).historyId());
                        listing.countDown();
                        awaitQuietly(killed);
                    }
                })
                .start()) {
            holder[0] = gmail;
            try (GmailWorld world = new GmailWorld(gmail)) {
                ChangingMailbox owner = new ChangingMailbox(world.mailbox(), 9, mails(1_009, 50));
                JobId id = world.jobs()
                        .start(GmailWorld.request(Mode.FULL).build())
                        .id();
                assertThat(listing.await(60, TimeUnit.SECONDS)).isTrue();
                owner.work(40);
                owner.finish();
                world.restart();
                killed.countDown();
                assertThat(world.completed(id).deletionsUnknownSince()).isNull();
                owner.work(40);
                owner.finish();
                GmailWorld.assertNothingWasLost(world.run(Mode.INCREMENTAL));

                world.assertReadersSeeTheMailbox(9);
                long fromThePin = gmail.journal().entries().stream()
                        .filter(entry -> entry.path().endsWith("/history"))
                        .filter(entry -> entry.query().get("startHistoryId").contains(Long.toString(pinned.get())))
                        .count();
                assertThat(fromThePin)
                        .as("when it was planned, and when the changes since were read")
                        .isEqualTo(2);
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSecondRunOverAnUnchangedMailboxCostsFourUnitsAndPublishesNothing() throws Exception {
        try (FakeGmail gmail = gmail(3, 60);
                GmailWorld world = new GmailWorld(gmail)) {
            world.run(Mode.FULL);
            int before = world.sink.payloads().size();
            gmail.journal().clear();

            BackfillJob second = world.run(Mode.INCREMENTAL);

            assertThat(second.progress().listed()).isZero();
            assertThat(world.sink.payloads()).hasSize(before);
            // 1 unit, 1 unit and 2 units.
            assertThat(gmail.journal().entries().stream().map(RequestJournal.Entry::path))
                    .extracting(path -> path.substring(path.lastIndexOf('/') + 1))
                    .containsExactlyInAnyOrder("profile", "labels", "history");
        }
    }

    @Test
    void whereTheHistoryDiedBetweenTwoRunsAllIsReadAgainAsUpdates() throws Exception {
        try (FakeGmail gmail = gmail(11, 120);
                GmailWorld world = new GmailWorld(gmail)) {
            ChangingMailbox owner = new ChangingMailbox(world.mailbox(), 11, mails(1_011, 50));
            BackfillJob full = world.run(Mode.FULL);
            owner.work(60);
            owner.finish();
            world.run(Mode.INCREMENTAL);
            owner.work(60);
            owner.finish();
            world.mailbox().forgetHistory();
            int before = world.sink.payloads().size();

            BackfillJob lost = world.run(Mode.INCREMENTAL);

            assertThat(lost.notes()).containsExactly(new JobNote("READ_WHOLE", "all", "MARK_LOST"));
            assertThat(lost.deletionsUnknownSince()).isNotNull().isAfterOrEqualTo(full.startedAt());
            List<String> operations = world
                    .sink
                    .payloads()
                    .subList(before, world.sink.payloads().size())
                    .stream()
                    .map(message -> message.attributes().get("operation"))
                    .distinct()
                    .toList();
            assertThat(operations).containsExactly("update");
            // What was deleted while nobody could hear of it stays; all else is as it is.
            Map<String, Set<String>> read = Reader.of(world.sink.payloads(), 11).mailbox();
            assertThat(read).containsAllEntriesOf(world.shown());
            owner.work(40);
            owner.finish();
            GmailWorld.assertNothingWasLost(world.run(Mode.INCREMENTAL));
            assertThat(Reader.of(world.sink.payloads(), 12).mailbox()).containsAllEntriesOf(world.shown());
        }
    }

    @Test
    void whereTheHistoryDiesWhileAMailboxIsWalkedNothingThatChangedIsMissed() throws Exception {
        try (FakeGmail gmail = gmail(13, 120);
                GmailWorld world = new GmailWorld(gmail)) {
            GmailMailbox mailbox = world.mailbox();
            AtomicInteger published = new AtomicInteger();
            world.atEachMessage(() -> {
                if (published.incrementAndGet() == 60) {
                    for (String id : mailbox.messageIds()) {
                        mailbox.label(id, List.of("STARRED"), List.of());
                    }
                    mailbox.forgetHistory();
                }
            });

            BackfillJob job = world.run(Mode.FULL);

            assertThat(job.notes()).containsExactly(new JobNote("READ_WHOLE", "all", "MARK_LOST"));
            assertThat(job.deletionsUnknownSince()).isEqualTo(job.startedAt());
            world.assertReadersSeeTheMailbox(13);
        }
    }
}
