package dev.backfill.examples.quickstart;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Pulls everything back from the subscription while the jobs publish, on a thread of its own. */
final class Puller {
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final int PATIENCE_SECONDS = 60;

    private final PubSubPlace place;
    private final Arrivals arrivals;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile long published = -1;
    /** How many empty pulls are borne when something published is still missing; only the puller's thread counts. */
    private int patience = 10;

    private volatile @Nullable RuntimeException failure;

    Puller(PubSubPlace place, Arrivals arrivals) {
        this.place = place;
        this.arrivals = arrivals;
        this.thread = new Thread(this::pull, "quickstart-puller");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void pull() {
        try {
            boolean more = true;
            while (more) {
                // Asked before the pull: what was published before this moment is then surely seen by it.
                boolean last = published >= 0;
                if (last && arrivals.received() >= published && place.isDrained()) {
                    break;
                }
                long came = place.client().receive(place.subscriptionName(), 1, SHORT, arrivals::accept);
                more = came > 0 || !last || (arrivals.received() < published && patience-- > 0);
            }
        } catch (RuntimeException broken) {
            failure = broken;
        } finally {
            ended.countDown();
        }
    }

    /** Waits until what the jobs published has come, and nothing more comes. */
    void finish(long publishedInAll) throws UserMistake, InterruptedException {
        published = publishedInAll;
        if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw UserMistake.failed("the subscription did not run dry within " + PATIENCE_SECONDS + " s");
        }
        RuntimeException broken = failure;
        if (broken instanceof StatusRuntimeException status) {
            throw UserMistake.failed(
                    "the subscription cannot be read: " + status.getStatus().getCode());
        }
        if (broken != null) {
            throw broken;
        }
    }
}
