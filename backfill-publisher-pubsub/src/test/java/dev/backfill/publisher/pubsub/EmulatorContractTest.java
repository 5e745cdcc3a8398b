package dev.backfill.publisher.pubsub;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.testkit.DirectSinkContext;
import dev.backfill.testkit.contract.MessageSinkContract;
import dev.backfill.testkit.pubsub.PublishedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The sink's contract over Google's own emulator, wherever its jar is found. */
class EmulatorContractTest implements MessageSinkContract {
    @RegisterExtension
    static final EmulatorExtension EMULATOR = new EmulatorExtension();

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final String MARKER = "everything before this was stored";

    private final List<PublishedMessage> received = new ArrayList<>();
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
        return new PubSubMessageSink();
    }

    @Override
    public SinkContext context() {
        return DirectSinkContext.of(PubSubMessageSink.ID, Map.of("emulator-host", EMULATOR.host(), "topic", topic));
    }

    /**
     * The emulator cannot be asked what it holds, only be pulled from: up to a message published after all others, and on until
     * nothing more comes, for on a busy machine that message can overtake others.
     */
    @Override
    public List<OutboundMessage> stored() {
        EMULATOR.client()
                .publish(
                        topic,
                        List.of(PubsubMessage.newBuilder()
                                .setData(ByteString.copyFromUtf8(MARKER))
                                .build()));
        List<PublishedMessage> markers = new ArrayList<>();
        while (markers.isEmpty()) {
            EMULATOR.client()
                    .receive(
                            subscription,
                            1,
                            Duration.ofSeconds(20),
                            message -> (message.text().equals(MARKER) ? markers : received).add(message));
        }
        EMULATOR.client().receive(subscription, Long.MAX_VALUE, QUIET, received::add);
        return received.stream().map(SinkContractTest::outbound).toList();
    }
}
