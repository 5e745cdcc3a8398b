package dev.backfill.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SinkLimits;
import dev.backfill.spi.SpiVersion;
import dev.backfill.testkit.ManualTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * All that a {@link MessageSink} and its publisher must do. Its author implements the methods without a body over a broker
 * that is empty at the start of each test; {@link DiscoveryContract} goes with it. A message's dedupe key stands in its
 * attribute {@code dedupe_key} as well, so that the broker's side can be told.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface MessageSinkContract {
    /** The attribute that holds the dedupe key: {@value}. */
    String KEY = "dedupe_key";

    /**
     * Gives the sink under test.
     *
     * @return the sink
     */
    MessageSink sink();

    /**
     * Makes what leads the sink to the test's broker.
     *
     * @return the context
     */
    SinkContext context();

    /**
     * Reads what the broker holds now, by other means than the sink.
     *
     * @return the messages in any order, with payload and attributes
     */
    List<OutboundMessage> stored();

    /** The version is the one it was compiled against. */
    @Test
    default void theSinkSaysWhoItIs() {
        assertThat(sink().sinkId()).matches("[a-z0-9-]{1,32}");
        assertThat(sink().spiVersion()).isEqualTo(SpiVersion.CURRENT);
    }

    /** What is acknowledged is there: a crash right after must not lose it. */
    @Test
    default void anAcknowledgedMessageIsStored() {
        try (MessagePublisher publisher = sink().open(context())) {
            for (int i = 0; i < 5; i++) {
                CompletionStage<String> answer = publisher.publish(message("key-" + i, 10));
                publisher.flush();
                assertThat(await(answer)).isNotEmpty();
                assertThat(keys()).contains("key-" + i).hasSize(i + 1);
            }
        }
    }

    /** Bytes and attributes arrive as they were. */
    @Test
    default void aMessageArrivesAsItWasSent() {
        byte[] data = new byte[256];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        Map<String, String> attributes = Map.of(KEY, "key-1", "a", "", "naïve", "日本語 & 100 %");
        try (MessagePublisher publisher = sink().open(context())) {
            CompletionStage<String> answer = publisher.publish(new OutboundMessage(data, attributes, "key-1", null));
            publisher.flush();
            await(answer);
        }
        assertThat(stored()).singleElement().satisfies(message -> {
            assertThat(message.data()).isEqualTo(data);
            assertThat(message.attributes()).containsAllEntriesOf(attributes);
        });
    }

    /** All jobs share the publisher. */
    @Test
    default void messagesPublishedAtOnceAllArrive() {
        List<CompletionStage<String>> answers = Collections.synchronizedList(new ArrayList<>());
        try (MessagePublisher publisher = sink().open(context())) {
            assertThat(Together.run(8, number -> {
                        for (int i = 0; i < 50; i++) {
                            answers.add(publisher.publish(message("key-" + number + "-" + i, 100)));
                        }
                    }))
                    .isEmpty();
            publisher.flush();
            answers.forEach(MessageSinkContract::await);
            assertThat(keys()).hasSize(400).doesNotHaveDuplicates();
        }
    }

    /** The engine hands a message over again after a crash; the sink does not mind. */
    @Test
    default void theSameMessageMayBePublishedAgain() {
        try (MessagePublisher publisher = sink().open(context())) {
            CompletionStage<String> first = publisher.publish(message("key", 10));
            CompletionStage<String> second = publisher.publish(message("key", 10));
            publisher.flush();
            await(first);
            await(second);
        }
        assertThat(keys()).isNotEmpty().containsOnly("key");
    }

    /** What the limits allow is taken: the largest message. */
    @Test
    default void theLargestMessageIsTaken() {
        try (MessagePublisher publisher = sink().open(context())) {
            long room = Math.min(publisher.limits().maxMessageBytes(), 64L << 20) - KEY.length() - "key".length();
            CompletionStage<String> answer = publisher.publish(message("key", (int) room));
            publisher.flush();
            await(answer);
        }
        assertThat(keys()).containsExactly("key");
    }

    /** What the limits allow is taken: the most and the longest attributes. */
    @Test
    default void theMostAndLongestAttributesAreTaken() {
        try (MessagePublisher publisher = sink().open(context())) {
            SinkLimits limits = publisher.limits();
            Map<String, String> attributes = new HashMap<>(Map.of(KEY, "key"));
            int most = Math.min(limits.maxAttributes(), 1_000);
            int keyBytes = Math.min(limits.maxAttributeKeyBytes(), 1 << 16);
            int valueBytes = Math.min(limits.maxAttributeValueBytes(), 1 << 16);
            for (int i = attributes.size(); i < most; i++) {
                String number = Integer.toString(i);
                attributes.put(number + "k".repeat(keyBytes - number.length()), "v".repeat(valueBytes));
            }
            CompletionStage<String> answer =
                    publisher.publish(new OutboundMessage(new byte[1], attributes, "key", null));
            publisher.flush();
            await(answer);
        }
        assertThat(keys()).containsExactly("key");
    }

    /** Limits are asked for once. */
    @Test
    default void theLimitsAreAlwaysTheSame() {
        try (MessagePublisher publisher = sink().open(context())) {
            assertThat(publisher.limits()).isEqualTo(publisher.limits());
        }
    }

    /** Closing sends what is left. */
    @Test
    default void closeSendsWhatIsLeft() {
        List<CompletionStage<String>> answers = new ArrayList<>();
        try (MessagePublisher publisher = sink().open(context())) {
            for (int i = 0; i < 20; i++) {
                answers.add(publisher.publish(message("key-" + i, 10)));
            }
        }
        answers.forEach(MessageSinkContract::await);
        assertThat(keys()).hasSize(20).doesNotHaveDuplicates();
    }

    /** Closing is harmless: twice, from another thread, without a message. */
    @Test
    default void closingTwiceDoesNothing() {
        MessagePublisher publisher = sink().open(context());
        assertThat(Together.run(2, number -> publisher.close())).isEmpty();
        publisher.close();
    }

    /** A sink can be opened again after it was closed. */
    @Test
    default void aSinkCanBeOpenedAgain() {
        sink().open(context()).close();
        try (MessagePublisher publisher = sink().open(context())) {
            CompletionStage<String> answer = publisher.publish(message("key", 10));
            publisher.flush();
            await(answer);
        }
        assertThat(keys()).containsExactly("key");
    }

    private List<String> keys() {
        return stored().stream()
                .map(message -> message.attributes().getOrDefault(KEY, ""))
                .toList();
    }

    private static OutboundMessage message(String key, int bytes) {
        return new OutboundMessage(new byte[bytes], Map.of(KEY, key), key, null);
    }

    private static @Nullable String await(CompletionStage<String> answer) {
        try {
            return answer.toCompletableFuture().get(ManualTime.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException refused) {
            throw new AssertionError("the sink refused a message within its limits", refused.getCause());
        } catch (TimeoutException late) {
            throw new AssertionError("the sink did not answer within " + ManualTime.PATIENCE, late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the sink", interrupted);
        }
    }
}
