package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.SinkContext;

/**
 * A sink whose publishers do something besides, or instead of, what the real ones do. Thread-safe if the change and the sink are.
 *
 * @param sinkId its id; that of the real sink may be reserved
 * @param sink the real one
 * @param change what happens instead of each call of a {@link MessagePublisher}
 */
public record WrappedSink(String sinkId, MessageSink sink, Interposed.Change change) implements MessageSink {
    /** Checks that all is there. */
    public WrappedSink {
        requireNonNull(sinkId, "sinkId");
        requireNonNull(sink, "sink");
        requireNonNull(change, "change");
    }

    @Override
    public int spiVersion() {
        return sink.spiVersion();
    }

    @Override
    public MessagePublisher open(SinkContext context) {
        return Interposed.between(MessagePublisher.class, sink.open(context), change);
    }
}
