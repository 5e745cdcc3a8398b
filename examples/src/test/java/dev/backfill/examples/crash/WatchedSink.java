package dev.backfill.examples.crash;

import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.testkit.WrappedSink;
import java.util.function.Consumer;

/**
 * A sink that tells {@code @handed JOB NANOS} of each message it is handed, by the monotonic clock of the machine; those that
 * step into the trap tell it when they come out.
 */
final class WatchedSink {
    /** Its id; that of the sink inside is reserved. */
    static final String ID = "watched";

    private WatchedSink() {}

    /**
     * Wraps a sink.
     *
     * @param sink the real one
     * @param trap what each message passes before
     * @param tell is told {@code @handed JOB NANOS} of each
     */
    static MessageSink of(MessageSink sink, Trap trap, Consumer<String> tell) {
        return new WrappedSink(ID, sink, (method, arguments, real) -> {
            if (method.equals("publish")) {
                String job = String.valueOf(
                        ((OutboundMessage) arguments[0]).attributes().get("job_id"));
                trap.pass(job);
                tell.accept("@handed " + job + " " + System.nanoTime());
            }
            return real.call(arguments);
        });
    }
}
