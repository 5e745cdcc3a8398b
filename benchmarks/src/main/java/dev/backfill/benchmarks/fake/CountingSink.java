package dev.backfill.benchmarks.fake;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SinkLimits;
import dev.backfill.spi.SpiVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A sink that counts and acknowledges, in order, on a thread of its own, as a client library does. One publisher for all who
 * open it; closing it does nothing, the sink is closed by who made it. Thread-safe.
 */
public final class CountingSink implements MessageSink, AutoCloseable {
    /** What Google Pub/Sub takes. */
    public static final SinkLimits LIMITS = new SinkLimits(10_000_000, 100, 256, 1_024);

    private final BlockingQueue<CompletableFuture<String>> onTheWay = new LinkedBlockingQueue<>();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final Thread acknowledger = new Thread(this::acknowledge, "counting-sink");

    /** Starts the thread. */
    public CountingSink() {
        acknowledger.setDaemon(true);
        acknowledger.start();
    }

    @Override
    public String sinkId() {
        return "counting";
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public MessagePublisher open(SinkContext context) {
        return publisher();
    }

    /** {@return the publisher, for those who work without an engine} */
    public MessagePublisher publisher() {
        return new Publisher();
    }

    /** {@return how many messages came} */
    public long messages() {
        return messages.get();
    }

    /** {@return the bytes of their payloads} */
    public long bytes() {
        return bytes.get();
    }

    private void acknowledge() {
        List<CompletableFuture<String>> some = new ArrayList<>();
        try {
            while (true) {
                some.add(onTheWay.take());
                onTheWay.drainTo(some);
                some.forEach(one -> one.complete("1"));
                some.clear();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the thread. */
    @Override
    public void close() {
        acknowledger.interrupt();
    }

    private final class Publisher implements MessagePublisher {
        @Override
        public CompletionStage<String> publish(OutboundMessage message) {
            messages.incrementAndGet();
            bytes.addAndGet(message.data().length);
            CompletableFuture<String> acknowledgement = new CompletableFuture<>();
            onTheWay.add(acknowledgement);
            return acknowledgement;
        }

        @Override
        public SinkLimits limits() {
            return LIMITS;
        }

        @Override
        public void flush() {
            // Nothing is collected.
        }

        @Override
        public void close() {
            // Others use it too.
        }
    }
}
