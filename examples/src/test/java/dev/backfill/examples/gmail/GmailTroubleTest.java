package dev.backfill.examples.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.api.Waiting;
import dev.backfill.spi.AccessTokens;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.FakeGoogleTokens;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Gmail's refusals do to a job, from the wire to the job's state. */
class GmailTroubleTest {
    private static final int MESSAGES = 20;
    private static final RequestMatch GET = RequestMatch.path("/(messages|threads)/[0-9a-f]+$");
    private static final RequestMatch TOKEN = RequestMatch.path("/token$");

    private static FakeGmail gmail() throws Exception {
        List<StoredMail> mails = new ArrayList<>();
        new MailGenerator(GeneratorOptions.of(5, MESSAGES))
                .mails()
                .forEach(mail ->
                        mails.add(mail.toBuilder().folder(FolderPath.INBOX).build()));
        return FakeGmail.builder().mailbox(GmailWorld.OWNER, mails).start();
    }

    private static JobId start(GmailWorld world) {
        return world.jobs().start(GmailWorld.request(Mode.FULL).build()).id();
    }

    private static void assertAllIsPublished(GmailWorld world) {
        assertThat(world.sink.messageIds())
                .containsExactlyInAnyOrderElementsOf(world.mailbox().messageIds());
    }

    /** Tokens of which the first is refused. */
    private static final class TwoTokens implements AccessTokens {
        private final AtomicInteger refused = new AtomicInteger();

        @Override
        public String get() {
            return refused.get() == 0 ? "old" : "new";
        }

        @Override
        public void invalidate(String token) {
            assertThat(token).isEqualTo("old");
            refused.incrementAndGet();
        }
    }

    @Test
    void aTokenThatIsRefusedIsRefreshedOnceAndCostsOneRequest() throws Exception {
        try (FakeGmail gmail = gmail()) {
            gmail.tokens().accept("new", GmailWorld.OWNER);
            TwoTokens tokens = new TwoTokens();
            Map<String, String> settings = Map.of("quota", "off", "concurrency", "1");
            try (GmailWorld world = new GmailWorld(gmail, settings, tokens, UnaryOperator.identity())) {
                world.completed(start(world));
                assertAllIsPublished(world);
            }
            assertThat(tokens.refused).hasValue(1);
            assertThat(gmail.journal().entries().subList(0, 2))
                    .as("the first request, and the same again")
                    .allMatch(entry -> entry.path().endsWith("/profile"));
        }
    }

    @Test
    void aConsentThatIsRevokedFailsTheJobAndOnceItIsGivenAgainTheJobGoesOn() throws Exception {
        try (FakeGmail gmail = gmail();
                FakeGoogleTokens tokens = FakeGoogleTokens.start(gmail.tokens(), InstantSource.system())) {
            gmail.tokens().accept("nobody's", "nobody@example.com");
            Map<String, String> settings = Map.of(
                    "quota", "off",
                    "client-id", "app",
                    "client-secret", "secret",
                    "refresh-token", "refresh",
                    "token-url", tokens.tokenUrl().toString());
            AccessTokens none = () -> "the host's";
            try (GmailWorld world = new GmailWorld(gmail, settings, none, UnaryOperator.identity())) {
                JobId id = start(world);
                BackfillJob failed = world.await(id, job -> job.state().isTerminal());
                assertThat(failed.state()).isEqualTo(JobState.FAILED);
                assertThat(failed.failureCode()).isEqualTo("AUTHENTICATION");
                // Once, and once more as after any token that is refused.
                assertThat(tokens.journal().count(TOKEN)).isEqualTo(2);
                assertThat(gmail.journal().total()).isZero();

                tokens.consent("app", "secret", "refresh", GmailWorld.OWNER);
                world.jobs().resume(id);
                world.completed(id);
                assertAllIsPublished(world);
            }
        }
    }

    @Test
    void aUsedUpDayParksTheJobUntilMidnightInCaliforniaWithoutAnotherRequest() throws Exception {
        try (FakeGmail gmail = gmail();
                GmailWorld world =
                        new GmailWorld(gmail, Map.of("quota", "off", "concurrency", "1"), () -> "t", w -> w)) {
            gmail.faults().always(GET, GmailFault.dailyLimit().asFault());
            JobId id = start(world);
            BackfillJob parked = world.await(id, GmailTroubleTest::isParked);

            Instant until = parked.waiting().until();
            assertThat(until).isBetween(Instant.now(), Instant.now().plus(Duration.ofHours(25)));
            assertThat(until.atZone(ZoneId.of("America/Los_Angeles")).toLocalTime())
                    .isEqualTo(LocalTime.MIDNIGHT);
            assertThat(gmail.journal().count(GET)).isEqualTo(1);
            world.jobs().cancel(id);
        }
    }

    private static boolean isParked(BackfillJob job) {
        Waiting waiting = job.waiting();
        return job.state() == JobState.QUEUED && waiting != null && waiting.until() != null;
    }

    @Test
    void usedUpBandwidthParksTheJobUntilTheTimeGmailNames() throws Exception {
        Instant until = Instant.now().plus(Duration.ofHours(5)).truncatedTo(ChronoUnit.SECONDS);
        try (FakeGmail gmail = gmail();
                GmailWorld world =
                        new GmailWorld(gmail, Map.of("quota", "off", "concurrency", "1"), () -> "t", w -> w)) {
            gmail.faults().always(GET, GmailFault.bandwidth(until.toString()).asFault());
            JobId id = start(world);
            assertThat(world.await(id, GmailTroubleTest::isParked).waiting().until())
                    .isEqualTo(until);
            assertThat(gmail.journal().count(GET)).isEqualTo(1);
            world.jobs().cancel(id);
        }
    }

    @Test
    void aDaysBytesThatAreUsedUpParkTheJobForTheDay() throws Exception {
        Map<String, String> settings = Map.of("quota", "off", "concurrency", "1", "daily-bytes", "2000");
        try (FakeGmail gmail = gmail();
                GmailWorld world = new GmailWorld(gmail, settings, () -> "t", w -> w)) {
            JobId id = start(world);
            BackfillJob parked = world.await(id, GmailTroubleTest::isParked);
            assertThat(parked.waiting().until())
                    .isBetween(
                            Instant.now().plus(Duration.ofHours(23)),
                            Instant.now().plus(Duration.ofHours(25)));
            world.jobs().cancel(id);
        }
    }

    /** Without the bytes nothing would bind: there is no other quota here. */
    @Test
    void anEstimateKnowsTheDaysThatTheBytesOfAMailboxTake() throws Exception {
        List<StoredMail> mails = new MailGenerator(GeneratorOptions.of(3, 400).withAttachmentBytes(20_000))
                .mails()
                .toList();
        Map<String, String> settings = Map.of("quota", "off", "daily-bytes", "100000");
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox(GmailWorld.OWNER, mails).start();
                GmailWorld world = new GmailWorld(gmail, settings, () -> "t", w -> w);
                GmailWorld unbound = new GmailWorld(gmail, Map.of("quota", "off"), () -> "t", w -> w)) {
            BackfillRequest request = GmailWorld.request(Mode.FULL).build();
            BackfillRequest opening =
                    request.toBuilder().includeAttachments(true).build();

            assertThat(world.jobs().estimate(request).time()).isBetween(Duration.ofDays(2), Duration.ofDays(12));
            assertThat(world.jobs().estimate(opening).time()).isGreaterThan(Duration.ofDays(12));
            assertThat(unbound.jobs().estimate(opening).time()).isZero();
        }
    }

    /** Replayed as a create it would be passed over by all who know the message. */
    @Test
    void aChangeThatCouldNotBeReadIsPublishedAsAnUpdateWhenItsFailureIsTriedAgain() throws Exception {
        try (FakeGmail gmail = gmail();
                GmailWorld world = new GmailWorld(gmail)) {
            world.run(Mode.FULL);
            List<String> ids = world.mailbox().messageIds();
            world.mailbox().label(ids.get(0), List.of("STARRED"), List.of());
            world.mailbox().label(ids.get(1), List.of("STARRED"), List.of());
            gmail.faults()
                    .always(
                            GET,
                            GmailFault.of(400, "invalidArgument", "Bad Request").asFault());
            BackfillJob job = world.completed(world.jobs()
                    .start(GmailWorld.request(Mode.INCREMENTAL).build())
                    .id());
            assertThat(job.progress().failed()).isEqualTo(2);
            gmail.faults().clear();
            world.mailbox().trash(ids.get(1));

            world.completed(world.jobs().retryFailures(job.id()).id());

            world.assertReadersSeeTheMailbox(5);
        }
    }

    /** Where it is restarted its list is made anew, by the label that is gone; else only the count at the end is. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLabelThatIsDeletedWhileItsJobRunsHasNothingPublishedOrCountedTwice(boolean restarted) throws Exception {
        List<StoredMail> mails = new ArrayList<>();
        for (StoredMail mail :
                new MailGenerator(GeneratorOptions.of(6, 100)).mails().toList()) {
            FolderPath folder = mails.size() % 4 == 0 ? FolderPath.of("Work") : FolderPath.INBOX;
            mails.add(mail.toBuilder().folder(folder).build());
        }
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox(GmailWorld.OWNER, mails).start();
                GmailWorld world = new GmailWorld(gmail)) {
            String label = world.mailbox().labelId("Work");
            CountDownLatch deleted = new CountDownLatch(1);
            AtomicInteger published = new AtomicInteger();
            world.atEachMessage(() -> {
                if (published.incrementAndGet() == 30) {
                    world.mailbox().deleteLabel("Work");
                    deleted.countDown();
                }
            });
            JobId id = world.jobs()
                    .start(GmailWorld.request(Mode.FULL)
                            .batchSize(5)
                            .folders(List.of("inbox", "Work"))
                            .build())
                    .id();
            if (restarted) {
                assertThat(deleted.await(60, TimeUnit.SECONDS)).isTrue();
                world.restart();
            }
            BackfillJob job = world.completed(id);

            assertThat(job.notes()).contains(new JobNote("FOLDER_SKIPPED", "gone:" + label, "FOLDER_GONE"));
            List<String> created = world.sink.payloads().stream()
                    .filter(message -> message.attributes().get("operation").equals("create"))
                    .map(message -> message.attributes().get("message_id"))
                    .toList();
            // What was under way when the engine closed may come again.
            int again = restarted ? 40 : 0;
            assertThat(created).hasSizeLessThanOrEqualTo(mails.size() + again);
            if (!restarted) {
                assertThat(created).doesNotHaveDuplicates();
            }
            long left = world.mailbox().messageIds().stream()
                    .filter(one -> world.mailbox().labelNames(one).contains("INBOX"))
                    .count();
            // The walk's and the changes since: each message that had the label alone is a delete by then.
            assertThat(job.progress().listed()).isBetween(left, 2L * mails.size() - left);
            world.assertReadersSeeTheMailbox(6, "INBOX");
        }
    }
}
