package dev.backfill.examples.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.api.Waiting;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.EngineConfig;
import dev.backfill.core.job.InMemoryBudgetStore;
import dev.backfill.provider.gmail.GoogleEmailSource;
import dev.backfill.spi.BudgetStore;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestJournal;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whole jobs through what Gmail makes wait for minutes and days: they park, ask for nothing meanwhile, and go on by themselves. */
class GmailPausesTest {
    private static final String OTHER = "other@example.com";
    private static final int MESSAGES = 60;
    private static final RequestMatch GET = RequestMatch.path("/(messages|threads)/[0-9a-f]+$");

    private final MovableTime time = new MovableTime();

    @AfterEach
    void close() {
        time.close();
    }

    private static List<StoredMail> mails(long seed) {
        List<StoredMail> mails = new ArrayList<>();
        new MailGenerator(GeneratorOptions.of(seed, MESSAGES))
                .mails()
                .forEach(mail ->
                        mails.add(mail.toBuilder().folder(FolderPath.INBOX).build()));
        return mails;
    }

    private static FakeGmail gmail() throws Exception {
        return FakeGmail.builder()
                .mailbox(GmailWorld.OWNER, mails(5))
                .mailbox(OTHER, mails(6))
                .start();
    }

    private GmailWorld world(FakeGmail gmail, Map<String, String> settings, UnaryOperator<BackfillBuilder> changes) {
        EngineConfig config = EngineConfig.builder()
                .callFirstDelay(Duration.ofMillis(1))
                .callMaxDelay(Duration.ofMillis(1))
                .sweepInterval(Duration.ofMillis(50))
                .build();
        return new GmailWorld(
                gmail,
                settings,
                () -> "token",
                builder -> changes.apply(builder.time(time).config(config)));
    }

    private GmailWorld world(FakeGmail gmail) {
        return world(gmail, Map.of("quota", "off", "concurrency", "1"), UnaryOperator.identity());
    }

    private static JobId start(GmailWorld world, String account) {
        return world.jobs()
                .start(BackfillRequest.builder(GoogleEmailSource.ID, account)
                        .mode(Mode.FULL)
                        .batchSize(5)
                        .build())
                .id();
    }

    private static boolean isParked(BackfillJob job) {
        Waiting waiting = job.waiting();
        return job.state() == JobState.QUEUED && waiting != null && waiting.until() != null;
    }

    private static Waiting parked(GmailWorld world, JobId id) {
        return world.await(id, GmailPausesTest::isParked).waiting();
    }

    private static Set<String> allIds(FakeGmail gmail, String... owners) {
        Set<String> ids = new HashSet<>();
        for (String owner : owners) {
            ids.addAll(gmail.mailbox(owner).messageIds());
        }
        return ids;
    }

    /** Many hours before the reset, whenever this runs: so near to it that a job just waits nobody is parked. */
    private void passUntilMorningInCalifornia() {
        ZonedDateTime now = time.instant().atZone(ZoneId.of("America/Los_Angeles"));
        time.passUntil(
                now.toLocalDate().plusDays(1).atTime(8, 0).atZone(now.getZone()).toInstant());
    }

    private void passHourByHourUntil(Instant end) {
        while (time.instant().isBefore(end)) {
            time.pass(Duration.ofHours(1));
        }
    }

    private static void assertMidnightInCalifornia(Instant until) {
        // The time of a fence that is up already is worked out anew, by another clock.
        assertThat(until.atZone(ZoneId.of("America/Los_Angeles")).toLocalTime())
                .isBefore(LocalTime.MIDNIGHT.plusSeconds(1));
    }

    @Test
    void aUsedUpDayParksEveryJobOfTheProjectUntilItsResetAndAllGoOnThen() throws Exception {
        try (FakeGmail gmail = gmail();
                GmailWorld world = world(gmail)) {
            passUntilMorningInCalifornia();
            gmail.faults()
                    .range(GET, 11, Integer.MAX_VALUE, GmailFault.dailyLimit().asFault());
            JobId one = start(world, "me");
            Instant reset = parked(world, one).until();
            assertMidnightInCalifornia(reset);
            assertThat(world.sink.messageIds()).as("what the day had given").isNotEmpty();
            long asked = gmail.journal().total();
            passHourByHourUntil(reset.minus(Duration.ofHours(2)));

            // Whatever the hours have woken has had its turn once a job that comes after them has had its own.
            JobId other = start(world, OTHER);
            Waiting waiting = parked(world, other);
            assertThat(waiting.reason()).isEqualTo(Waiting.Reason.PARKED);
            assertThat(Duration.between(reset, waiting.until()).abs()).isLessThan(Duration.ofSeconds(1));
            assertThat(gmail.journal().total())
                    .as("all the hours, and a mailbox that nobody has asked for yet belongs to the project too")
                    .isEqualTo(asked);

            gmail.faults().clear();
            time.passUntil(reset.plusSeconds(1));
            world.completed(one);
            world.completed(other);
            assertThat(world.sink.messageIds())
                    .containsExactlyInAnyOrderElementsOf(allIds(gmail, GmailWorld.OWNER, OTHER));
        }
    }

    @Test
    void anotherInstanceHearsOfTheUsedUpDayByOneRequestAndGoesOnAtTheSameTime() throws Exception {
        BudgetStore budgets = InMemoryBudgetStore.monotonic(time);
        Map<String, String> settings = Map.of("quota", "off", "concurrency", "1");
        try (FakeGmail gmail = gmail();
                GmailWorld first = world(gmail, settings, builder -> builder.budgets(budgets));
                GmailWorld second = world(gmail, settings, builder -> builder.budgets(budgets))) {
            gmail.faults().always(GET, GmailFault.dailyLimit().asFault());
            JobId one = start(first, "me");
            Instant reset = parked(first, one).until();
            assertThat(gmail.journal().count(GET)).isEqualTo(1);
            JobId other = start(second, OTHER);
            assertThat(Duration.between(reset, parked(second, other).until()).abs())
                    .isLessThan(Duration.ofSeconds(1));
            assertThat(gmail.journal().count(GET)).isEqualTo(2);

            gmail.faults().clear();
            time.passUntil(reset.plusSeconds(1));
            first.completed(one);
            second.completed(other);
            assertThat(first.sink.messageIds()).containsExactlyInAnyOrderElementsOf(allIds(gmail, GmailWorld.OWNER));
            assertThat(second.sink.messageIds()).containsExactlyInAnyOrderElementsOf(allIds(gmail, OTHER));
        }
    }

    /** The host's own limit of a day: two instances draw on one budget, and no day costs more. */
    @Test
    void twoInstancesKeepToOneDailyBudgetAndGoOnTheNextDay() throws Exception {
        int aDay = 400;
        BudgetStore budgets = InMemoryBudgetStore.monotonic(time);
        Map<String, String> settings =
                Map.of("quota", "off", "concurrency", "1", "daily-units", Integer.toString(aDay));
        try (FakeGmail gmail = gmail();
                GmailWorld first = world(gmail, settings, builder -> builder.budgets(budgets));
                GmailWorld second = world(gmail, settings, builder -> builder.budgets(budgets))) {
            JobId one = start(first, "me");
            JobId other = start(second, OTHER);
            int days = 0;
            while (true) {
                BackfillJob here = rests(first, one);
                BackfillJob there = rests(second, other);
                days++;
                assertThat(units(gmail.journal())).as("day %d", days).isLessThanOrEqualTo(aDay);
                if (here.state().isTerminal() && there.state().isTerminal()) {
                    break;
                }
                gmail.journal().clear();
                time.passUntil(later(here, there).plusSeconds(10));
            }
            first.completed(one);
            second.completed(other);
            assertThat(days).isBetween(2, 6);
            assertThat(first.sink.messageIds()).containsExactlyInAnyOrderElementsOf(allIds(gmail, GmailWorld.OWNER));
            assertThat(second.sink.messageIds()).containsExactlyInAnyOrderElementsOf(allIds(gmail, OTHER));
        }
    }

    /** A share of what a day gives is the job's own bound, whatever the others of the project leave. */
    @Test
    void aJobKeepsToItsShareOfADayAndGoesOnTheNextDay() throws Exception {
        int aDay = 800;
        double share = 0.5;
        Map<String, String> settings =
                Map.of("quota", "off", "concurrency", "1", "daily-units", Integer.toString(aDay));
        try (FakeGmail gmail = gmail();
                GmailWorld world = world(gmail, settings, UnaryOperator.identity())) {
            JobId id = world.jobs()
                    .start(GmailWorld.request(Mode.FULL)
                            .batchSize(5)
                            .dailyShare(share)
                            .build())
                    .id();
            int days = 1;
            BackfillJob job = rests(world, id);
            while (!job.state().isTerminal()) {
                assertThat(job.waiting().reason()).isEqualTo(Waiting.Reason.PARKED);
                long spent = units(gmail.journal());
                assertThat(spent).as("day %d", days).isBetween((long) (0.8 * share * aDay), (long) (share * aDay));
                gmail.journal().clear();
                time.passUntil(job.waiting().until().plusSeconds(10));
                days++;
                job = rests(world, id);
            }
            world.completed(id);
            assertThat(days).isBetween(2, 5);
            assertThat(world.sink.messageIds()).containsExactlyInAnyOrderElementsOf(allIds(gmail, GmailWorld.OWNER));
        }
    }

    /** Waits until a job is over or parked; what was parked until a time that has come is about to go on. */
    private BackfillJob rests(GmailWorld world, JobId id) {
        return world.await(id, this::rests);
    }

    private boolean rests(BackfillJob job) {
        return job.state().isTerminal()
                || isParked(job) && job.waiting().until().isAfter(time.instant());
    }

    private static Instant later(BackfillJob one, BackfillJob other) {
        Instant first = isParked(one) ? one.waiting().until() : Instant.EPOCH;
        Instant second = isParked(other) ? other.waiting().until() : Instant.EPOCH;
        return first.isAfter(second) ? first : second;
    }

    /** By the prices of a new project. */
    private static long units(RequestJournal journal) {
        return journal.entries().stream()
                .map(RequestJournal.Entry::path)
                .mapToLong(path -> path.endsWith("/messages")
                        ? 5
                        : path.contains("/messages/")
                                ? 20
                                : path.contains("/threads/") ? 40 : path.endsWith("/history") ? 2 : 1)
                .sum();
    }

    @Test
    void anOutageOfMinutesParksTheJobThatWaitsForTheProviderAndGoesOnByItself() throws Exception {
        try (FakeGmail gmail = gmail();
                GmailWorld world = world(gmail)) {
            Fault down = GmailFault.of(503, "backendError", "Backend Error").asFault();
            AtomicInteger published = new AtomicInteger();
            world.atEachMessage(() -> {
                if (published.incrementAndGet() == 10) {
                    gmail.faults().always(RequestMatch.ANY, down);
                }
            });
            JobId id = start(world, "me");
            Waiting waiting = parked(world, id);
            Instant begin = time.instant();
            Instant end = begin.plus(Duration.ofMinutes(3));
            int parked = 0;
            while (time.instant().isBefore(end)) {
                assertThat(waiting.reason()).isEqualTo(Waiting.Reason.PROVIDER);
                parked++;
                Instant until = waiting.until();
                time.passUntil(until.plusMillis(1));
                waiting = world.await(
                                id,
                                job -> isParked(job) && job.waiting().until().isAfter(until))
                        .waiting();
            }
            assertThat(parked).as("an outage costs few attempts").isBetween(3, 8);
            assertThat(world.jobs().status(id).failureCode()).isNull();
            assertThat(world.jobs().status(id).progress().failed()).isZero();

            gmail.faults().clear();
            time.passUntil(waiting.until().plusMillis(1));
            world.completed(id);
            assertThat(world.sink.messageIds()).containsExactlyInAnyOrderElementsOf(allIds(gmail, GmailWorld.OWNER));
        }
    }
}
