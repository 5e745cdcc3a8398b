package dev.backfill.publisher.pubsub;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.testkit.DirectSinkContext;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.WrappedSink;
import dev.backfill.testkit.contract.MessageSinkContract;
import dev.backfill.testkit.pubsub.PublishedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The sink's contract over Google's own emulator, wherever its jar is found. */
class EmulatorContractTest implements MessageSinkContract {
    @RegisterExtension
    static final EmulatorExtension EMULATOR = new EmulatorExtension();

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MARKER = "everything before this was stored";

    private final List<PublishedMessage> received = new ArrayList<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final int number = NEXT.incrementAndGet();
    private final String topic = "projects/" + Sinks.PROJECT + "/topics/contract-" + number;
    private final String subscription = "projects/" + Sinks.PROJECT + "/subscriptions/contract-" + number;

    @BeforeEach
    void createTopic() {
        EMULATOR.client().createTopic(topic);
        EMULATOR.client().createSubscription(subscription, topic);
    }

    @Override
    public MessageSink sink() {
        return new WrappedSink(PubSubMessageSink.ID, new PubSubMessageSink(), this::counting);
    }

    @Override
    public SinkContext context() {
        return DirectSinkContext.of(PubSubMessageSink.ID, Map.of("emulator-host", EMULATOR.host(), "topic", topic));
    }

    /**
     * The emulator cannot be asked what it holds, only be pulled from: up to a message published after all others, and to as many
     * as were acknowledged, for on a busy machine that message can overtake others; then once more, for what should not be there.
     */
    @Override
    public List<OutboundMessage> stored() {
        receiveUpToAMarker();
        receiveUpToAMarker();
        return received.stream().map(SinkContractTest::outbound).toList();
    }

    private void receiveUpToAMarker() {
        EMULATOR.client()
                .publish(
                        topic,
                        List.of(PubsubMessage.newBuilder()
                                .setData(ByteString.copyFromUtf8(MARKER))
                                .build()));
        List<PublishedMessage> markers = new ArrayList<>();
        boolean more = true;
        while (more && missing(markers) > 0) {
            // All at once: what is on its way to a stream that closes comes again only after the subscription's
            // deadline.
            more = EMULATOR.client()
                            .receive(
                                    subscription,
                                    missing(markers),
                                    PATIENCE,
                                    message -> (message.text().equals(MARKER) ? markers : received).add(message))
                    > 0;
        }
    }

    private long missing(List<PublishedMessage> markers) {
        return Math.max(0, acknowledged.get() - received.size()) + (markers.isEmpty() ? 1 : 0);
    }

    /** Counts what is acknowledged before the caller hears of it. */
    private Object counting(String method, Object[] arguments, Interposed.Real real) throws Throwable {
        Object answer = real.call(arguments);
        return method.equals("publish")
                ? ((CompletionStage<?>) answer).whenComplete((id, error) -> {
                    if (error == null) {
                        acknowledged.incrementAndGet();
                    }
                })
                : answer;
    }
}
