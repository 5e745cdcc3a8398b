package dev.backfill.publisher.pubsub;

import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.testkit.DirectSinkContext;
import dev.backfill.testkit.contract.DiscoveryContract;
import dev.backfill.testkit.contract.MessageSinkContract;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.PublishedMessage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class SinkContractTest implements MessageSinkContract, DiscoveryContract<MessageSink> {
    private final InProcessPubSub pubSub = InProcessPubSub.start();

    @BeforeEach
    void createTopic() {
        pubSub.createTopic(Sinks.TOPIC);
    }

    @AfterEach
    void stop() {
        pubSub.close();
    }

    @Override
    public Class<MessageSink> service() {
        return MessageSink.class;
    }

    @Override
    public Class<? extends MessageSink> plugin() {
        return PubSubMessageSink.class;
    }

    @Override
    public MessageSink sink() {
        return new PubSubMessageSink();
    }

    @Override
    public SinkContext context() {
        return DirectSinkContext.of(PubSubMessageSink.ID, Map.of("emulator-host", pubSub.host(), "topic", Sinks.TOPIC));
    }

    @Override
    public List<OutboundMessage> stored() {
        return pubSub.messages(Sinks.TOPIC).stream()
                .map(SinkContractTest::outbound)
                .toList();
    }

    static OutboundMessage outbound(PublishedMessage message) {
        return new OutboundMessage(
                message.data(), message.attributes(), message.attributes().getOrDefault(KEY, ""), null);
    }
}
