package dev.backfill.benchmarks;

import com.google.api.core.ApiFutureCallback;
import com.google.api.core.ApiFutures;
import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.protobuf.UnsafeByteOperations;
import com.google.pubsub.v1.PubsubMessage;
import dev.backfill.benchmarks.report.Medians;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Rounds;
import dev.backfill.benchmarks.report.Row;
import dev.backfill.publisher.pubsub.PubSubMessageSink;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.testkit.DirectSinkContext;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.Retention;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The sink beside Google's publisher as the sink tunes it, and beside publishing one message and waiting for it, all against the
 * same server in this process. So the processor time holds the server's as well, the same for each.
 */
final class PublishBench implements Bench {
    private static final String TOPIC = "projects/bench/topics/emails";

    /** As the engine bounds what is on the way. */
    private static final int BYTES_ON_THE_WAY = 32_000_000;

    private static final int FEWEST_ON_THE_WAY = 200;
    /** Rounds that are not counted: what comes first finds a cold compiler, and the sink is more code than the publisher alone. */
    private static final int WARM_UP = 6;

    private static final int CLOSE_SECONDS = 10;
    /** As the sink batches. */
    private static final BatchingSettings TUNED = BatchingSettings.newBuilder()
            .setElementCountThreshold(PubSubMessageSink.DEFAULT_BATCH_MESSAGES)
            .setRequestByteThreshold(PubSubMessageSink.DEFAULT_BATCH_BYTES)
            .setDelayThresholdDuration(Duration.ofMillis(PubSubMessageSink.DEFAULT_BATCH_DELAY_MS))
            .build();

    /** A message a request, for who waits for each. */
    private static final BatchingSettings AT_ONCE =
            BatchingSettings.newBuilder().setIsEnabled(false).build();

    private static final String SINK = "sink";
    private static final String BARE = "bare publisher";
    private static final String WAITING = "one at a time";
    private static final String RATE = "rate";
    private static final String CPU = "CPU";

    /** Publishes a message; tells when it has arrived, or why it has not. */
    private interface Target {
        void publish(int number, Arrivals arrivals);
    }

    @Override
    public void run(Report report, Size size) throws Exception {
        for (int bytes : new int[] {2_000, 75_000}) {
            for (int latency : new int[] {0, 30}) {
                measure(report, bytes, latency, size);
            }
        }
    }

    private static void measure(Report report, int bytes, int latencyMillis, Size size) throws Exception {
        byte[] data = new byte[bytes];
        Arrays.fill(data, (byte) 'x');
        int messages = size.of((bytes > 10_000 ? 8_000 : 150_000) / (size.quick() ? 20 : 1));
        int oneByOne = size.of((latencyMillis > 0 ? 40 : 2_000) / (size.quick() ? 20 : 1));
        try (InProcessPubSub pubSub = InProcessPubSub.start(Retention.KEYS_ONLY, InstantSource.system())) {
            pubSub.createTopic(TOPIC);
            pubSub.latency(Duration.ofMillis(latencyMillis));
            Publisher publisher = barePublisher(pubSub.host(), TUNED);
            Publisher atOnce = barePublisher(pubSub.host(), AT_ONCE);
            try (MessagePublisher sink = new PubSubMessageSink()
                    .open(DirectSinkContext.of(
                            PubSubMessageSink.ID, Map.of("emulator-host", pubSub.host(), "topic", TOPIC)))) {
                Target bare = to(publisher, data);
                Target single = to(atOnce, data);
                Target ours = (number, arrivals) -> sink.publish(
                                new OutboundMessage(data, attributes(number), "key-" + number, null))
                        .whenComplete(arrivals::done);
                int window = Math.max(FEWEST_ON_THE_WAY, BYTES_ON_THE_WAY / bytes);
                Medians medians = new Rounds(size.quick() ? 1 : WARM_UP, size.quick() ? 1 : 7)
                        .measureAll(BARE, () -> publish(bare, messages, window))
                        .measureAll(SINK, () -> publish(ours, messages, window))
                        .measureAll(WAITING, () -> publish(single, oneByOne, 1))
                        .run();
                tell(report, bytes / 1_000 + " KB, " + latencyMillis + " ms", medians);
            } finally {
                for (Publisher one : List.of(publisher, atOnce)) {
                    one.shutdown();
                    one.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
                }
            }
        }
    }

    private static Target to(Publisher publisher, byte[] data) {
        return (number, arrivals) ->
                ApiFutures.addCallback(publisher.publish(wire(data, number)), arrivals, Runnable::run);
    }

    private static void tell(Report report, String where, Medians medians) {
        double bare = medians.of(BARE + ", " + RATE);
        double sink = medians.of(SINK + ", " + RATE);
        double waiting = medians.of(WAITING + ", " + RATE);
        report.add(Row.of(where + ", " + BARE, bare, "messages/s"));
        report.add(Row.of(where + ", " + SINK, sink, "messages/s").to(bare, BARE));
        report.add(Row.of(where + ", " + WAITING, waiting, "messages/s").to(bare, BARE));
        report.add(Row.of(where + ", " + SINK + " beside one at a time", sink, "messages/s")
                .to(waiting, WAITING));
        double bareCpu = medians.of(BARE + ", " + CPU);
        report.add(
                Row.of(where + ", " + SINK + ", CPU with the server's", medians.of(SINK + ", " + CPU), "ms a message")
                        .to(bareCpu, BARE));
    }

    private static Map<String, Double> publish(Target target, int messages, int window) throws InterruptedException {
        Arrivals arrivals = new Arrivals(window);
        Duration cpu = Machine.cpu();
        long begin = System.nanoTime();
        for (int i = 0; i < messages; i++) {
            arrivals.awaitRoom();
            target.publish(i, arrivals);
        }
        arrivals.awaitAll();
        double seconds = (System.nanoTime() - begin) / 1e9;
        return Map.of(RATE, messages / seconds, CPU, Machine.cpu().minus(cpu).toNanos() / 1e6 / messages);
    }

    /** Bounds what is on the way. Thread-safe. */
    private static final class Arrivals implements ApiFutureCallback<String> {
        private final int window;
        private final Semaphore room;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Arrivals(int window) {
            this.window = window;
            this.room = new Semaphore(window);
        }

        void awaitRoom() throws InterruptedException {
            room.acquire();
            Throwable failed = failure.get();
            if (failed != null) {
                throw new IllegalStateException("a message was not taken", failed);
            }
        }

        void awaitAll() throws InterruptedException {
            for (int i = 0; i < window; i++) {
                awaitRoom();
            }
        }

        void done(String messageId, @Nullable Throwable failed) {
            if (failed == null) {
                onSuccess(messageId);
            } else {
                onFailure(failed);
            }
        }

        @Override
        public void onSuccess(String messageId) {
            room.release();
        }

        @Override
        public void onFailure(Throwable failed) {
            failure.set(failed);
            room.release();
        }
    }

    private static PubsubMessage wire(byte[] data, int number) {
        return PubsubMessage.newBuilder()
                .setData(UnsafeByteOperations.unsafeWrap(data))
                .putAllAttributes(attributes(number))
                .build();
    }

    /** As many and as long as the wire contract's; immutable, as the engine hands them over, so that nobody copies them. */
    private static Map<String, String> attributes(int number) {
        Map<String, String> attributes = new HashMap<>();
        attributes.put("event_type", "email");
        attributes.put("operation", "create");
        attributes.put("sync_type", "backfill");
        attributes.put("provider", "microsoft");
        attributes.put("user_key", "user-1");
        attributes.put("message_id", "AAMkAGI2TG93AAA=" + number);
        attributes.put("dedupe_key", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f0" + number);
        attributes.put("job_id", "backfill_user-1_20260101_000000_0123abcd");
        attributes.put("schema_version", "1");
        attributes.put("content_type", "application/json");
        return Map.copyOf(attributes);
    }

    /** Google's publisher with other batching and nothing else. */
    private static Publisher barePublisher(String host, BatchingSettings batching) throws IOException {
        return Publisher.newBuilder(TOPIC)
                .setChannelProvider(PublisherStubSettings.defaultGrpcTransportProviderBuilder()
                        .setEndpoint(host)
                        .setChannelConfigurator(channel -> channel.usePlaintext())
                        .build())
                .setCredentialsProvider(NoCredentialsProvider.create())
                .setBatchingSettings(batching)
                .build();
    }
}
