package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.core.job.InMemoryBudgetStore;
import dev.backfill.core.metrics.EngineMetrics;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Quota.Measure;
import dev.backfill.spi.Quota.Scope;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted by the day outlives gates and processes, and parks who has used it up; on one thread and simulated time. */
@Timeout(60)
class DayBudgetTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Operation GET = new Operation("get", 20);

    private final SkippingTime time = new SkippingTime();
    private final BudgetStore store = InMemoryBudgetStore.monotonic(time);

    private Throttle process(BudgetStore budgets) {
        return new Throttle(
                time,
                Runnable::run,
                budgets,
                new MemoryBudget(1),
                ThrottleConfig.DEFAULT,
                EngineMetrics.NONE,
                new Random(9)::nextDouble);
    }

    private MailboxGate open(Throttle process, String mailbox, List<Quota> quotas, List<Quota> shares) {
        MailboxGate gate = process.open(new GateRequest(
                "fake",
                "fake/project",
                "account",
                quotas,
                shares,
                1_000_000,
                new StopToken(),
                () -> "token",
                GateRequest.Priority.JOB));
        gate.rekey(mailbox);
        return gate;
    }

    /** Sends until it is parked. {@return when it may go on} */
    private Instant untilParked(MailboxGate gate, SlidingWindowCheck sent) {
        while (true) {
            try {
                gate.calls().call(GET, () -> {
                    sent.spent(time.nanoTime(), GET.units());
                    time.pass(Duration.ofSeconds(1));
                    return "answer";
                });
            } catch (SourceException parked) {
                assertThat(parked.kind()).isEqualTo(SourceException.Kind.PARKED);
                return parked.retryAt().orElseThrow();
            }
        }
    }

    @Test
    void aShareOfADayHoldsOverRunsAndProcessesAndFreesTheMailboxWhenItsTimeIsOver() {
        Quota share = new Quota("day-share", Measure.UNITS, Scope.MAILBOX, 20_000, DAY);
        SlidingWindowCheck sent = new SlidingWindowCheck(DAY);

        Instant freed = time.instant();
        for (int run = 0; run < 40; run++) {
            // Each run is one of another process, after a restart or on another instance.
            try (MailboxGate gate = open(process(store), "mailbox", List.of(), List.of(share))) {
                freed = untilParked(gate, sent);
            }
            assertThat(freed).isAfter(time.instant().plus(Duration.ofMinutes(10)));
            time.pass(Duration.between(time.instant(), freed));
        }

        assertThat(sent.most()).isBetween(18_000L, 19_000L);
        // Other mailboxes have shares of their own.
        SlidingWindowCheck other = new SlidingWindowCheck(DAY);
        untilParked(open(process(store), "other", List.of(), List.of(share)), other);
        assertThat(other.total()).isBetween(18_500L, 19_000L);
    }

    @Test
    void aJobWithoutAShareIsNotBoundByAnothersOnTheSameMailbox() {
        Quota share = new Quota("day-share", Measure.UNITS, Scope.MAILBOX, 2_000, DAY);
        Throttle process = process(store);
        untilParked(open(process, "mailbox", List.of(), List.of(share)), new SlidingWindowCheck(DAY));

        assertThat(open(process, "mailbox", List.of(), List.of()).calls().call(GET, () -> "answer"))
                .isEqualTo("answer");
    }

    /** Answers of any size, now and then another process: no day holds more than the limit and the answers on their way. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theBytesOfADayAreCountedAsTheyComeAndKeptOverProcesses(long seed) {
        Random random = new Random(seed);
        Quota bytes = new Quota("bytes", Measure.BYTES, Scope.MAILBOX, 10_000_000, DAY);
        SlidingWindowCheck read = new SlidingWindowCheck(DAY);
        int largest = 200_000;
        Instant end = time.instant().plus(Duration.ofDays(5));

        MailboxGate gate = open(process(store), "mailbox", List.of(bytes), List.of());
        while (time.instant().isBefore(end)) {
            if (random.nextInt(100) == 0) {
                gate.close();
                gate = open(process(store), "mailbox", List.of(bytes), List.of());
            }
            MailboxGate now = gate;
            try {
                now.calls().call(GET, () -> consume(now, new byte[1 + random.nextInt(largest)], read));
            } catch (SourceException parked) {
                assertThat(parked.kind()).isEqualTo(SourceException.Kind.PARKED);
                time.pass(Duration.between(time.instant(), parked.retryAt().orElseThrow()));
            }
        }
        gate.close();

        assertThat(read.most()).isLessThanOrEqualTo(9_500_000 + largest);
        assertThat(read.total()).isGreaterThan(5 * 9_000_000L);
    }

    /** Time that does something at one of its readings. */
    private static final class Interrupting extends SkippingTime {
        private int left;
        private Runnable then = () -> {};

        private void atReading(int number, Runnable action) {
            left = number;
            then = action;
        }

        @Override
        public long nanoTime() {
            if (--left == 0) {
                then.run();
            }
            return super.nanoTime();
        }
    }

    /** Other answers come at any moment, also between the one when a call finds all there and the one when it takes it. */
    @Test
    void bytesThatComeAtAnyMomentKeepNobodyWaitingForGood() {
        Interrupting moments = new Interrupting();
        Throttle process = new Throttle(
                moments,
                Runnable::run,
                InMemoryBudgetStore.monotonic(moments),
                new MemoryBudget(1),
                ThrottleConfig.DEFAULT,
                EngineMetrics.NONE,
                new Random(9)::nextDouble);
        Quota bytes = new Quota("bytes", Measure.BYTES, Scope.MAILBOX, 1_000_000_000, DAY);
        MailboxGate gate = open(process, "mailbox", List.of(bytes), List.of());
        // More than any chunk holds.
        for (int reading = 1; reading < 20; reading++) {
            moments.atReading(reading, () -> gate.calls().received(2_000_000));
            assertThat(gate.calls().call(GET, () -> "answer")).isEqualTo("answer");
        }
    }

    /** The project's units are for so many calls exactly: one paid for in vain would be missing at the end. */
    @Test
    void whatKeepsACallAtTheLastMomentCostsTheProjectNothing() {
        long calls = 19;
        Interrupting moments = new Interrupting();
        Throttle process = new Throttle(
                moments,
                Runnable::run,
                InMemoryBudgetStore.monotonic(moments),
                new MemoryBudget(1),
                ThrottleConfig.DEFAULT,
                EngineMetrics.NONE,
                new Random(9)::nextDouble);
        Quota bytes = new Quota("bytes", Measure.BYTES, Scope.MAILBOX, 1_000_000_000, DAY);
        Quota units = new Quota("units", Measure.UNITS, Scope.PROJECT, calls * GET.units() * 20 / 19, DAY);
        MailboxGate gate = open(process, "mailbox", List.of(bytes, units), List.of());
        for (int reading = 1; reading <= calls; reading++) {
            moments.atReading(reading, () -> gate.calls().received(2_000_000));
            assertThat(gate.calls().call(GET, () -> "answer")).isEqualTo("answer");
        }
        assertThatThrownBy(() -> gate.calls().call(GET, () -> "never")).isInstanceOf(SourceException.class);
    }

    @Test
    void theBytesOfAProjectAreSharedByItsMailboxes() {
        Quota bytes = new Quota("project-bytes", Measure.BYTES, Scope.PROJECT, 1_000_000, DAY);
        Throttle process = process(store);
        SlidingWindowCheck read = new SlidingWindowCheck(DAY);
        MailboxGate one = open(process, "one", List.of(bytes), List.of());
        MailboxGate other = open(process, "other", List.of(bytes), List.of());
        one.calls().call(GET, () -> consume(one, new byte[1_000_000], read));

        assertThatThrownBy(() -> other.calls().call(GET, () -> "never"))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.PARKED));
    }

    @Test
    void noNameOfAMailboxStandsInTheStore() {
        Set<String> keys = new ConcurrentSkipListSet<>();
        BudgetStore heard = DrawingStore.drawing((key, budget, wanted) -> {
            keys.add(key);
            return store.draw(key, budget, wanted);
        });
        Quota day = new Quota("day", Measure.UNITS, Scope.MAILBOX, 20_000, DAY);

        open(process(heard), "somebody@example.org", List.of(day), List.of())
                .calls()
                .call(GET, () -> "answer");

        assertThat(keys).hasSize(1).allMatch(key -> key.matches("fake/project/[A-Za-z0-9_-]{24}/day"));
    }

    private String consume(MailboxGate gate, byte[] answer, SlidingWindowCheck read) {
        time.pass(Duration.ofMillis(500));
        gate.calls().received(answer.length / 3);
        gate.calls().received(answer.length - answer.length / 3);
        read.spent(time.nanoTime(), answer.length);
        return "answer";
    }
}
