package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Progress;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.spi.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class JobWatchTest {
    private static final JobId ID = new JobId("backfill_ann_20260101_000000_00000000");

    private final ByteArrayOutputStream drawn = new ByteArrayOutputStream();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Semaphore ended = new Semaphore(0);

    @Test
    void aStoreThatIsAwayForAWhileIsWaitedForAndToldOfOnce() throws Exception {
        List<BackfillJob> last = watch(5);

        assertThat(last).singleElement().matches(job -> job.state() == JobState.COMPLETED);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .isEqualToNormalizingNewlines(
                        "quickstart: --store: the store does not answer; the jobs go on when it is back\n");
        assertThat(drawn.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    }

    @Test
    void aStoreThatStaysAwayIsGivenUp() {
        assertThatThrownBy(() -> watch(Integer.MAX_VALUE)).isInstanceOf(StoreException.class);
    }

    /** Watches a job that has completed, in a store that fails so many times before it answers. */
    private List<BackfillJob> watch(int failures) throws InterruptedException {
        int[] asked = {0};
        UserJobs jobs = (UserJobs) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {UserJobs.class}, (p, m, a) -> {
                    ended.release(); // no waiting between two looks
                    asked[0]++;
                    if (asked[0] <= failures) {
                        throw new StoreException("The job could not be read.", new IllegalStateException("planted"));
                    }
                    return completed();
                });
        try (HeapPeak heap = HeapPeak.start()) {
            return new JobWatch(
                            jobs,
                            new JobDisplay(print(drawn), false, java.time.InstantSource.system()),
                            print(said),
                            heap)
                    .untilAllEnded(List.of(ID), ended);
        }
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static BackfillJob completed() {
        Instant time = Instant.parse("2026-01-01T00:00:00Z");
        Progress progress = new Progress(1, CountKind.EXACT, 1, 1, 0, 0, 1, 0, Duration.ZERO, 1, null);
        return new BackfillJob(
                ID,
                UserId.of("ann"),
                BackfillRequest.builder("google", "me").build(),
                JobState.COMPLETED,
                progress,
                time,
                time,
                time,
                null,
                null,
                time,
                null,
                false,
                null,
                null,
                List.of(),
                null,
                null,
                null);
    }
}
