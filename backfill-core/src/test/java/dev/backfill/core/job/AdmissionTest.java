package dev.backfill.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final InMemoryJobStore store = new InMemoryJobStore();
    private final Offers queue = new Offers();
    private final Admission admission = new Admission(
            store,
            queue,
            time,
            new ManagerConfig(
                    "test",
                    10,
                    100,
                    100,
                    Duration.ofMinutes(1),
                    SWEEP,
                    JobLimits.NONE,
                    Duration.ofMinutes(10),
                    Duration.ofDays(1),
                    10));

    @Test
    void jobsThatAreStartedOneAfterTheOtherAreOfferedOnceEach() {
        start("a", "b", "c");

        assertThat(queue.offered).containsExactly("a", "b", "c");
    }

    @Test
    void aSweepOffersAnewWhatTheQueueMayHaveLost() {
        start("a");
        time.advance(SWEEP);
        admission.admit();

        assertThat(queue.offered).containsExactly("a", "a");
    }

    @Test
    void aJobThatHasBegunAndWaitsAgainIsOfferedAtOnce() {
        start("a");
        admission.begun(new JobId("a"));
        admission.admit();

        assertThat(queue.offered).containsExactly("a", "a");
    }

    @Test
    void aJobThatBeginsWhileItIsOfferedIsOfferedAtOnceWhenItWaitsAgain() {
        queue.onOffer = admission::begun;
        start("a");
        admission.admit();

        assertThat(queue.offered).containsExactly("a", "a");
    }

    @Test
    void anOfferThatTheQueueCouldNotNoteIsMadeAgainAtOnce() {
        queue.onOffer = id -> {
            throw new StoreException("down", null);
        };
        assertThatThrownBy(() -> start("a")).isInstanceOf(StoreException.class);
        queue.onOffer = id -> {};
        admission.admit();

        assertThat(queue.offered).containsExactly("a", "a");
    }

    @Test
    void aJobThatIsNotOfferedAgainLeavesItsRoomToOthers() {
        queue.room = 1;
        start("a");
        start("b");

        assertThat(queue.offered).containsExactly("a", "b");
    }

    private void start(String... names) {
        for (String name : names) {
            BackfillRequest request =
                    BackfillRequest.builder("scripted", name).build().withDefaults(100, 100);
            AccountRef account = new AccountRef(UserId.of("user"), "scripted", name);
            store.insert(JobRecord.queued(new JobId(name), account, request, time.instant(), null));
            admission.admit();
            time.advance(Duration.ofMillis(1));
        }
    }

    /** Notes what is offered, and hands nothing out. */
    private static final class Offers implements JobQueue {
        final List<String> offered = new ArrayList<>();
        int room = 10;
        Consumer<JobId> onOffer = id -> {};

        @Override
        public void start(Handler handler, Runnable onRoom) {
            throw new UnsupportedOperationException("nobody starts it");
        }

        @Override
        public boolean offer(JobId id) {
            boolean first = !offered.contains(id.value());
            offered.add(id.value());
            onOffer.accept(id);
            return first;
        }

        @Override
        public int room() {
            return room;
        }

        @Override
        public void close() {}
    }
}
