package dev.backfill.examples.quickstart;

import dev.backfill.testkit.pubsub.MessageStream;
import dev.backfill.testkit.pubsub.PublishedMessage;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Reads everything back from the subscription while the jobs publish. */
final class Puller implements AutoCloseable {
    /** How long nothing may come while something published is missing. */
    private static final long PATIENCE_SECONDS = 60;

    /** How long an emulator, which does not tell what it holds, is given to bring something published twice. */
    private static final long AFTERMATH_MILLIS = 1_000;

    private final PubSubPlace place;
    private final Arrivals arrivals;
    private final Semaphore came = new Semaphore(0);
    private final MessageStream stream;

    private Puller(PubSubPlace place, Arrivals arrivals) {
        this.place = place;
        this.arrivals = arrivals;
        this.stream = place.client().stream(place.subscriptionName(), this::take);
    }

    static Puller start(PubSubPlace place, Arrivals arrivals) {
        return new Puller(place, arrivals);
    }

    private void take(PublishedMessage message) {
        arrivals.accept(message);
        came.release();
    }

    /** Waits until what the jobs published has come, and nothing more comes; then ends the stream. */
    void finish(long published) throws UserMistake, InterruptedException {
        while (arrivals.received() < published && stream.failure() == null) {
            if (!came.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                break; // what is missing is reported by the summary and by --verify
            }
            came.drainPermits();
        }
        boolean more = true;
        while (more && !place.isDrained() && stream.failure() == null) {
            came.drainPermits();
            more = came.tryAcquire(AFTERMATH_MILLIS, TimeUnit.MILLISECONDS);
        }
        Throwable broken = stream.failure();
        close();
        if (broken != null) {
            throw UserMistake.failed("the subscription cannot be read: "
                    + Status.fromThrowable(broken).getCode());
        }
    }

    @Override
    public void close() {
        stream.close();
    }
}
