package dev.backfill.testkit;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkLimits;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A publisher of a {@link RecordingSink}. */
final class RecordingPublisher implements MessagePublisher {
    private static final long CLOSE_SECONDS = 5;

    private final RecordingSink sink;
    private final Object lock = new Object();
    private @Nullable ExecutorService ownThread;
    private boolean closed;

    RecordingPublisher(RecordingSink sink) {
        this.sink = sink;
    }

    @Override
    public CompletionStage<String> publish(OutboundMessage message) {
        synchronized (lock) {
            if (closed) {
                String problem = "a message was published after the publisher was closed";
                sink.misuse(problem);
                throw new IllegalStateException(problem);
            }
        }
        return sink.publish(message, this);
    }

    void onOwnThread(Runnable task) {
        synchronized (lock) {
            if (closed) {
                return;
            }
            if (ownThread == null) {
                ownThread = Executors.newSingleThreadExecutor(run -> {
                    Thread thread = new Thread(run, "backfill-testkit-sink");
                    thread.setDaemon(true);
                    return thread;
                });
            }
            ownThread.execute(task);
        }
    }

    @Override
    public SinkLimits limits() {
        return sink.limits();
    }

    @Override
    public void flush() {
        sink.flushedOne();
    }

    @Override
    public void close() {
        ExecutorService toEnd;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            toEnd = ownThread;
        }
        if (toEnd != null) {
            end(toEnd);
        }
        sink.closedOne();
    }

    private static void end(ExecutorService executor) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            executor.shutdownNow();
        }
    }
}
