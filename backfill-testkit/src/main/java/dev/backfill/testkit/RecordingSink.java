package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkLimits;
import dev.backfill.spi.SpiVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * A sink that remembers what it took and does what a test tells it: acknowledge at once, on a thread of its own, or by hand;
 * refuse; or take everything and answer nothing, as a broker does that hangs. Thread-safe.
 *
 * <p>What it remembers outlives its publishers, so that a test sees the deliveries of all runs together. A message counts as
 * delivered when it is acknowledged, or when {@link #loseAcks()} says so. It keeps dedupe keys only; {@link #keepPayloads()}
 * keeps whole messages and {@link #countsOnly()} nothing. Misuse by the engine (a message over the limits, one after close) is
 * thrown at the caller and remembered in {@link #misuses()}.
 */
public final class RecordingSink implements MessageSink {
    /** The id unless a test says otherwise: {@value}. */
    public static final String DEFAULT_ID = "recording";

    /** The limits unless a test says otherwise: those of Google Pub/Sub. */
    public static final SinkLimits DEFAULT_LIMITS = new SinkLimits(10_000_000, 100, 256, 1_024);

    /** The attribute that {@link #failMessage} and {@link #messageIds()} look at: {@value}. */
    public static final String MESSAGE_ID_ATTRIBUTE = "message_id";

    private final String id;
    private final Monitor monitor = new Monitor();
    private final SinkFaults faults = new SinkFaults();
    private final SinkTally tally = new SinkTally();
    private final SinkMemory memory = new SinkMemory();
    private final AckDesk acks;
    private final List<String> misuses = new ArrayList<>();
    private SinkLimits limits = DEFAULT_LIMITS;

    /**
     * What a sink saw so far. Immutable.
     *
     * @param opened publishers opened
     * @param closed publishers closed
     * @param flushes calls of flush
     * @param published calls of publish that were no misuse, refused and repeated messages counted
     * @param delivered messages delivered, repeated ones counted
     * @param bytes payload bytes delivered
     * @param refused messages refused
     * @param held messages taken and neither delivered nor refused now
     * @param mostHeld the most messages that were held at once
     */
    public record Counts(
            int opened,
            int closed,
            int flushes,
            long published,
            long delivered,
            long bytes,
            long refused,
            int held,
            int mostHeld) {}

    /** Makes a sink with the id {@value #DEFAULT_ID} that acknowledges at once on the caller's thread. */
    public RecordingSink() {
        this(DEFAULT_ID);
    }

    /**
     * Makes a sink that acknowledges at once on the caller's thread.
     *
     * @param id its id, {@code [a-z0-9-]{1,32}}
     */
    public RecordingSink(String id) {
        this.id = requireNonNull(id, "id");
        this.acks = new AckDesk(id, monitor, tally, memory);
    }

    /**
     * Keeps whole messages from now on.
     *
     * @return this sink
     */
    public RecordingSink keepPayloads() {
        return set(() -> memory.keep(SinkMemory.Keep.PAYLOADS));
    }

    /**
     * Keeps numbers alone from now on, for runs of millions of messages; {@link #distinct()} and the lists stand still.
     *
     * @return this sink
     */
    public RecordingSink countsOnly() {
        return set(() -> memory.keep(SinkMemory.Keep.NOTHING));
    }

    /**
     * Sets what a message may hold.
     *
     * @param value the limits
     * @return this sink
     */
    public RecordingSink limits(SinkLimits value) {
        return set(() -> limits = requireNonNull(value, "limits"));
    }

    /**
     * Acknowledges on the publishing thread, before publish returns; what is held is acknowledged now.
     *
     * @return this sink
     */
    public RecordingSink ackAtOnce() {
        acks.mode(AckDesk.Mode.AT_ONCE);
        ackAll();
        return this;
    }

    /**
     * Acknowledges on one thread of the publisher's own, in order; what is held is acknowledged now.
     *
     * @return this sink
     */
    public RecordingSink ackOnOwnThread() {
        acks.mode(AckDesk.Mode.OWN_THREAD);
        ackAll();
        return this;
    }

    /**
     * Takes messages and answers none until {@link #ackNext(int)}, {@link #ackAll()} or another mode: also a sink that hangs.
     *
     * @return this sink
     */
    public RecordingSink holdAcks() {
        acks.mode(AckDesk.Mode.BY_HAND);
        return this;
    }

    /**
     * Refuses one message by its place in the order of publishing, counted over all publishers.
     *
     * @param number the message's number, 1 for the first that is ever published, repeated ones counted
     * @param error what it is refused with
     * @return this sink
     */
    public RecordingSink failNumber(long number, SinkException error) {
        return set(() -> faults.failNumber(number, error));
    }

    /**
     * Refuses a message by its dedupe key or by the id of the mail in it.
     *
     * @param keyOrMessageId the dedupe key, or the attribute {@value #MESSAGE_ID_ATTRIBUTE}
     * @param times how often it is refused before it is taken; {@link Integer#MAX_VALUE} for always
     * @param error what it is refused with
     * @return this sink
     */
    public RecordingSink failMessage(String keyOrMessageId, int times, SinkException error) {
        return set(() -> faults.failMessage(keyOrMessageId, times, error));
    }

    /**
     * Makes an error for the two methods above.
     *
     * @param kind what the engine shall do
     * @param code a stable code
     * @return the error
     */
    public static SinkException error(SinkException.Kind kind, String code) {
        return new SinkException(kind, code, "the test wants it so: " + code, null);
    }

    @Override
    public String sinkId() {
        return id;
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public MessagePublisher open(SinkContext context) {
        requireNonNull(context, "context");
        return monitor.locked(() -> {
            tally.opened++;
            return new RecordingPublisher(this);
        });
    }

    /**
     * Answers what was held longest.
     *
     * @param most how many messages at the most
     * @return how many were answered
     */
    public int ackNext(int most) {
        return acks.answerNext(most);
    }

    /**
     * Answers all that is held.
     *
     * @return how many were answered
     */
    public int ackAll() {
        return ackNext(Integer.MAX_VALUE);
    }

    /**
     * Counts what is held as delivered and never answers it, as when a process dies between the two.
     *
     * @return how many messages
     */
    public int loseAcks() {
        return acks.lose();
    }

    CompletionStage<String> publish(OutboundMessage message, RecordingPublisher publisher) {
        AckDesk.Held taken = monitor.locked(() -> {
            requireFits(message);
            tally.published++;
            return acks.take(message, faults.next(message, tally.published));
        });
        return acks.answerOrHold(taken, publisher);
    }

    private void requireFits(OutboundMessage message) {
        String problem = SinkLimitCheck.problem(message, limits);
        if (problem != null) {
            misuse(problem);
            throw new IllegalArgumentException(problem);
        }
    }

    void misuse(String what) {
        monitor.run(() -> misuses.add(what));
    }

    void closedOne() {
        monitor.run(() -> tally.closed++);
    }

    void flushedOne() {
        monitor.run(() -> tally.flushes++);
    }

    SinkLimits limits() {
        return monitor.locked(() -> limits);
    }

    /** {@return what was seen so far} */
    public Counts counts() {
        return monitor.locked(() -> tally.counts(acks.held()));
    }

    /** {@return the dedupe keys delivered, in order, repeated ones as often as they came} */
    public List<String> keys() {
        return monitor.locked(memory::keys);
    }

    /** {@return the ids of the mails delivered, in order; empty texts for messages that name none} */
    public List<String> messageIds() {
        return monitor.locked(memory::messageIds);
    }

    /** {@return how many different dedupe keys were delivered} */
    public int distinct() {
        return monitor.locked(memory::distinct);
    }

    /** {@return how many deliveries repeated an earlier one} */
    public int duplicates() {
        return monitor.locked(memory::duplicates);
    }

    /** {@return the messages delivered since {@link #keepPayloads()}, in order} */
    public List<OutboundMessage> payloads() {
        return monitor.locked(memory::payloads);
    }

    /** {@return what the engine did against the contract; empty in a good test} */
    public List<String> misuses() {
        return monitor.locked(() -> List.copyOf(misuses));
    }

    /**
     * Blocks until so many messages are delivered, repeated ones counted.
     *
     * @param count how many
     * @throws AssertionError after {@link ManualTime#PATIENCE} of real time, or if interrupted
     */
    public void awaitDelivered(long count) {
        await(() -> tally.delivered >= count, count + " messages delivered");
    }

    /**
     * Blocks until so many messages are held.
     *
     * @param count how many
     * @throws AssertionError after {@link ManualTime#PATIENCE} of real time, or if interrupted
     */
    public void awaitHeld(int count) {
        await(() -> acks.held() >= count, count + " messages held");
    }

    private void await(BooleanSupplier condition, String what) {
        monitor.await(condition, () -> what + "; seen so far " + tally.counts(acks.held()));
    }

    private RecordingSink set(Runnable change) {
        monitor.run(change);
        return this;
    }
}
