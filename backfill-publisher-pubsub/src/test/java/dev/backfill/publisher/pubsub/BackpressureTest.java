package dev.backfill.publisher.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** The sink bounds nothing itself: see docs/adr/0019-the-byte-bound-lives-in-the-engine.md. */
class BackpressureTest {
    private static final int MESSAGES = 2_000;
    private static final int BYTES = 10_000;

    @Test
    void aServerThatStallsBlocksNobodyWhoPublishesAndLosesNothing() throws Exception {
        try (InProcessPubSub pubSub = InProcessPubSub.start()) {
            pubSub.createTopic(Sinks.TOPIC);
            try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
                pubSub.stall();

                List<CompletionStage<String>> stages =
                        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> publishAll(publisher));

                assertThat(stages)
                        .noneMatch(stage -> stage.toCompletableFuture().isDone());
                pubSub.comeBack();
                Sinks.ids(stages);
                assertThat(pubSub.distinctKeys(Sinks.TOPIC)).isEqualTo(MESSAGES);
            }
        }
    }

    private static List<CompletionStage<String>> publishAll(MessagePublisher publisher) {
        List<CompletionStage<String>> stages = new ArrayList<>(MESSAGES);
        for (int i = 0; i < MESSAGES; i++) {
            String key = "key-" + i;
            stages.add(publisher.publish(new OutboundMessage(new byte[BYTES], Map.of("dedupe_key", key), key, null)));
        }
        return stages;
    }
}
