package dev.backfill.examples.crash;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SinkLimits;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A sink that tells {@code @handed JOB NANOS} of each message it is handed, by the monotonic clock of the machine; those that
 * step into the trap tell it when they come out.
 */
record WatchedSink(MessageSink sink, Trap trap, Consumer<String> tell) implements MessageSink {
    /** Its id; that of the sink inside is reserved. */
    static final String ID = "watched";

    @Override
    public String sinkId() {
        return ID;
    }

    @Override
    public int spiVersion() {
        return sink.spiVersion();
    }

    @Override
    public MessagePublisher open(SinkContext context) {
        return new Publisher(sink.open(context), trap, tell);
    }

    private record Publisher(MessagePublisher publisher, Trap trap, Consumer<String> tell) implements MessagePublisher {
        @Override
        public CompletionStage<String> publish(OutboundMessage message) {
            trap.pass(String.valueOf(message.attributes().get("job_id")));
            long now = System.nanoTime();
            tell.accept("@handed " + message.attributes().get("job_id") + " " + now);
            return publisher.publish(message);
        }

        @Override
        public SinkLimits limits() {
            return publisher.limits();
        }

        @Override
        public void flush() {
            publisher.flush();
        }

        @Override
        public void close() {
            publisher.close();
        }
    }
}
