package dev.backfill.publisher.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.core.ApiFutureCallback;
import com.google.api.core.ApiFutures;
import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.protobuf.UnsafeByteOperations;
import com.google.pubsub.v1.PubsubMessage;
import com.sun.management.OperatingSystemMXBean;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.Retention;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the sink costs on top of the vendor's publisher with the same batching, in one run, against a server in the same process.
 * See docs/publisher-pubsub.md for the command and what it gave.
 */
@Tag("campaign")
class PublishThroughputTest {
    private static final int MESSAGES = Integer.getInteger("publish.messages", 200_000);
    private static final int BYTES = Integer.getInteger("publish.bytes", 2_000);
    private static final int LATENCY_MS = Integer.getInteger("publish.latencyMs", 0);
    private static final int ROUNDS = Integer.getInteger("publish.rounds", 7);
    /** The bytes on the way are bounded as the engine bounds them. */
    private static final int BYTES_ON_THE_WAY = 16_000_000;

    private static final OperatingSystemMXBean CPU =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** Publishes a message and runs the action when it has arrived. */
    private interface Target {
        void publish(int number, Runnable arrived);
    }

    @Test
    void theSinkIsAsFastAsTheVendorsPublisherAlone() throws Exception {
        try (InProcessPubSub pubSub = InProcessPubSub.start(Retention.KEYS_ONLY, InstantSource.system())) {
            pubSub.createTopic(Sinks.TOPIC);
            pubSub.latency(Duration.ofMillis(LATENCY_MS));
            Publisher bare = barePublisher(pubSub.host());
            try (MessagePublisher sink = Sinks.open(pubSub.host())) {
                byte[] data = new byte[BYTES];
                Arrays.fill(data, (byte) 'x');
                Target toSink = (number, arrived) -> sink.publish(
                                new OutboundMessage(data, attributes(number), "key-" + number, null))
                        .thenRun(arrived);
                Target toBare = (number, arrived) -> ApiFutures.addCallback(
                        bare.publish(PubsubMessage.newBuilder()
                                .setData(UnsafeByteOperations.unsafeWrap(data))
                                .putAllAttributes(Map.copyOf(attributes(number)))
                                .build()),
                        whenDone(arrived),
                        Runnable::run);
                double[] ratios = new double[ROUNDS];
                double[] cpuRatios = new double[ROUNDS];
                double[] sinkRates = new double[ROUNDS];
                for (int round = -2; round < ROUNDS; round++) {
                    Cost bareCost = cost(toBare);
                    Cost sinkCost = cost(toSink);
                    System.out.printf("bare %s, sink %s%n", bareCost, sinkCost);
                    if (round >= 0) {
                        ratios[round] = sinkCost.perSecond() / bareCost.perSecond();
                        cpuRatios[round] = sinkCost.cpuMicros() / bareCost.cpuMicros();
                        sinkRates[round] = sinkCost.perSecond();
                    }
                }
                Arrays.sort(ratios);
                Arrays.sort(cpuRatios);
                Arrays.sort(sinkRates);
                System.out.printf(
                        "%d messages of %d bytes, answers after %d ms: sink %,.0f/s, medians of %d: %.3f of the vendor's"
                                + " rate, %.3f times its CPU%n",
                        MESSAGES,
                        BYTES,
                        LATENCY_MS,
                        sinkRates[ROUNDS / 2],
                        ROUNDS,
                        ratios[ROUNDS / 2],
                        cpuRatios[ROUNDS / 2]);
                assertThat(pubSub.distinctKeys(Sinks.TOPIC)).isEqualTo(MESSAGES);
            } finally {
                bare.shutdown();
                bare.awaitTermination(10, TimeUnit.SECONDS);
            }
        }
    }

    /** What a round took; the CPU is the whole process's, server included. */
    private record Cost(double perSecond, double cpuMicros) {
        @Override
        public String toString() {
            return String.format("%,.0f/s %.1f us CPU", perSecond, cpuMicros);
        }
    }

    private static Cost cost(Target target) throws InterruptedException {
        int window = Math.max(200, BYTES_ON_THE_WAY / BYTES);
        Semaphore room = new Semaphore(window);
        long cpu = CPU.getProcessCpuTime();
        long start = System.nanoTime();
        for (int i = 0; i < MESSAGES; i++) {
            room.acquire();
            target.publish(i, room::release);
        }
        room.acquire(window);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Cost(MESSAGES / seconds, (CPU.getProcessCpuTime() - cpu) / 1e3 / MESSAGES);
    }

    private static ApiFutureCallback<String> whenDone(Runnable arrived) {
        return new ApiFutureCallback<>() {
            @Override
            public void onSuccess(String messageId) {
                arrived.run();
            }

            @Override
            public void onFailure(Throwable failure) {
                throw new IllegalStateException(failure);
            }
        };
    }

    /** As many and as long as the wire contract's. */
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
        return attributes;
    }

    private static Publisher barePublisher(String host) throws Exception {
        return Publisher.newBuilder(Sinks.TOPIC)
                .setChannelProvider(PublisherStubSettings.defaultGrpcTransportProviderBuilder()
                        .setEndpoint(host)
                        .setChannelConfigurator(channel -> channel.usePlaintext())
                        .build())
                .setCredentialsProvider(NoCredentialsProvider.create())
                .setBatchingSettings(BatchingSettings.newBuilder()
                        .setElementCountThreshold(PubSubMessageSink.DEFAULT_BATCH_MESSAGES)
                        .setRequestByteThreshold(PubSubMessageSink.DEFAULT_BATCH_BYTES)
                        .setDelayThresholdDuration(Duration.ofMillis(PubSubMessageSink.DEFAULT_BATCH_DELAY_MS))
                        .build())
                .build();
    }
}
