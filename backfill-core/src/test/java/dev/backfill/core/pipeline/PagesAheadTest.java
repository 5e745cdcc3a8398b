package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.time.StopToken;
import dev.backfill.testkit.ManualTime;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a walk begins another page. */
@Timeout(60)
class PagesAheadTest {
    private static final int MOST = 3;
    private static final double BUSY = 1;
    private static final double IDLE = 0;

    private final ManualTime time = new ManualTime();
    private final StopToken stop = new StopToken();
    private final AtomicInteger blocked = new AtomicInteger();

    private PagesAhead pages(double load) {
        WalkRoom room = new WalkRoom(1, () -> load, time);
        room.change(WalkRoom.READ_AHEAD_PER_CORE + 1);
        return new PagesAhead(room, time, MOST, stop, blocked);
    }

    /** Begins another page on a thread of its own. */
    private static FutureTask<Boolean> beginning(PagesAhead pages) {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            pages.begin();
            return true;
        });
        Thread thread = new Thread(task, "walk");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static void begin(PagesAhead pages, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            pages.begin();
        }
    }

    private void awaitBlocked() {
        while (blocked.get() == 0) {
            Thread.onSpinWait();
        }
    }

    private static void assertBegins(FutureTask<Boolean> task) throws Exception {
        assertThat(task.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void asManyAreBegunAsMayBeUnstored() throws Exception {
        PagesAhead pages = pages(IDLE);
        begin(pages, MOST);

        FutureTask<Boolean> next = beginning(pages);
        awaitBlocked();
        assertThat(next.isDone()).isFalse();
        pages.stored(1);

        assertBegins(next);
        assertThat(blocked).hasValue(0);
    }

    @Test
    void onABusyMachineOneIsBegunOnceAllBeforeAreStored() throws Exception {
        PagesAhead pages = pages(BUSY);
        pages.begin();

        FutureTask<Boolean> next = beginning(pages);
        time.awaitTimer(PagesAhead.BUSY_AT_MOST);
        assertThat(next.isDone()).isFalse();
        assertThat(blocked).as("waiting for the sink").hasValue(0);
        pages.stored(1);

        assertBegins(next);
    }

    @Test
    void aSinkThatTakesLongIsReadAheadOfOnABusyMachineToo() throws Exception {
        PagesAhead pages = pages(BUSY);
        pages.begin();

        for (int i = 1; i < MOST; i++) {
            FutureTask<Boolean> next = beginning(pages);
            time.awaitTimer(PagesAhead.BUSY_AT_MOST);
            time.advance(PagesAhead.BUSY_AT_MOST);
            assertBegins(next);
        }
        FutureTask<Boolean> last = beginning(pages);
        time.awaitTimer(PagesAhead.BUSY_AT_MOST);
        time.advance(PagesAhead.BUSY_AT_MOST);
        awaitBlocked();
        pages.stored(1);

        assertBegins(last);
    }

    @Test
    void aStopEndsEitherWait() throws Exception {
        PagesAhead full = pages(IDLE);
        begin(full, MOST);
        PagesAhead busy = pages(BUSY);
        busy.begin();

        FutureTask<Boolean> one = beginning(full);
        FutureTask<Boolean> other = beginning(busy);
        awaitBlocked();
        time.awaitTimer(PagesAhead.BUSY_AT_MOST);
        stop.stop();

        assertBegins(one);
        assertBegins(other);
        assertThat(blocked).hasValue(0);
    }
}
