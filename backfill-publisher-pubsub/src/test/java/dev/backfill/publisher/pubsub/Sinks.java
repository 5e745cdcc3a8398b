package dev.backfill.publisher.pubsub;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SinkContext;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** What the tests of this package share: opening the sink, making messages, waiting for them. */
final class Sinks {
    static final String PROJECT = "test-project";
    static final String TOPIC = "projects/" + PROJECT + "/topics/emails";
    static final long WAIT_SECONDS = 60;

    private Sinks() {}

    static MessagePublisher open(String emulatorHost, String... namesAndValues) {
        Map<String, String> values = new HashMap<>(Map.of("emulator-host", emulatorHost, "project", PROJECT));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new PubSubMessageSink().open(context(Settings.of(PubSubMessageSink.ID, values)));
    }

    static SinkContext context(Settings settings) {
        return new SinkContext() {
            @Override
            public Settings settings() {
                return settings;
            }

            @Override
            public InstantSource clock() {
                return InstantSource.system();
            }
        };
    }

    static OutboundMessage message(int number) {
        return message(number, null);
    }

    static OutboundMessage message(int number, String orderingKey) {
        byte[] data = ("{\"number\":" + number + "}").getBytes(StandardCharsets.UTF_8);
        String key = "key-" + number;
        return new OutboundMessage(data, Map.of("event_type", "email", "dedupe_key", key), key, orderingKey);
    }

    static List<CompletionStage<String>> publish(MessagePublisher publisher, int count) {
        List<CompletionStage<String>> stages = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            stages.add(publisher.publish(message(i)));
        }
        return stages;
    }

    /** Waits for all; the first failure is thrown. */
    static List<String> ids(List<CompletionStage<String>> stages) throws Exception {
        List<String> ids = new ArrayList<>(stages.size());
        for (CompletionStage<String> stage : stages) {
            ids.add(stage.toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS));
        }
        return ids;
    }

    /** Waits, and gives why it failed. */
    static Throwable failure(CompletionStage<String> stage) throws Exception {
        return stage.handle((id, problem) -> problem instanceof CompletionException ? problem.getCause() : problem)
                .toCompletableFuture()
                .get(WAIT_SECONDS, TimeUnit.SECONDS);
    }
}
