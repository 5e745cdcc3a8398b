package dev.backfill.publisher.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkException.Kind;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.PublishFault;
import dev.backfill.testkit.pubsub.PublishedMessage;
import io.grpc.Status;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishFailureTest {
    private final InProcessPubSub pubSub = InProcessPubSub.start();

    @BeforeEach
    void createTopic() {
        pubSub.createTopic(Sinks.TOPIC);
    }

    @AfterEach
    void stop() {
        pubSub.close();
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, FATAL, TOPIC_NOT_FOUND",
        "PERMISSION_DENIED, FATAL, PERMISSION_DENIED",
        "UNAUTHENTICATED, FATAL, UNAUTHENTICATED",
        "FAILED_PRECONDITION, FATAL, FAILED_PRECONDITION",
        "UNIMPLEMENTED, FATAL, UNIMPLEMENTED",
        "INVALID_ARGUMENT, PERMANENT, INVALID_ARGUMENT",
        "RESOURCE_EXHAUSTED, TRANSIENT, RESOURCE_EXHAUSTED",
        "UNAVAILABLE, TRANSIENT, UNAVAILABLE",
        "DEADLINE_EXCEEDED, TRANSIENT, DEADLINE_EXCEEDED",
        "INTERNAL, TRANSIENT, INTERNAL",
        "ABORTED, TRANSIENT, ABORTED",
        "UNKNOWN, TRANSIENT, UNKNOWN"
    })
    void theStatusDecidesTheKind(Status.Code status, Kind kind, String code) throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host(), "max-attempts", "1")) {
            pubSub.goDown(status);
            assertThat(Sinks.failure(publisher.publish(Sinks.message(1))))
                    .isInstanceOfSatisfying(SinkException.class, problem -> {
                        assertThat(problem.kind()).isEqualTo(kind);
                        assertThat(problem.code()).isEqualTo(code);
                        assertThat(problem).hasMessageContaining(Sinks.TOPIC);
                    });
        }
    }

    @Test
    void aTopicDeletedMeanwhileIsFatalAndNamed() throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            pubSub.deleteTopic(Sinks.TOPIC);
            assertThat(Sinks.failure(publisher.publish(Sinks.message(1))))
                    .hasMessageContaining(Sinks.TOPIC)
                    .extracting(problem -> ((SinkException) problem).code())
                    .isEqualTo("TOPIC_NOT_FOUND");
        }
    }

    @Test
    void aBadMessageFailsAloneAndItsNeighboursArriveOnce() throws Exception {
        Set<String> bad = Set.of("key-7", "key-250");
        pubSub.reject(message -> bad.contains(message.dedupeKey()));
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            List<CompletionStage<String>> stages = Sinks.publish(publisher, 300);
            for (int i = 0; i < stages.size(); i++) {
                Throwable failure = Sinks.failure(stages.get(i));
                if (bad.contains("key-" + i)) {
                    assertThat(((SinkException) failure).kind()).isEqualTo(Kind.PERMANENT);
                } else {
                    assertThat(failure).as("message %d", i).isNull();
                }
            }
        }
        assertThat(pubSub.count(Sinks.TOPIC)).isEqualTo(298);
        assertThat(pubSub.distinctKeys(Sinks.TOPIC)).isEqualTo(298);
    }

    @Test
    void nothingIsLostWhenTheSinkIsDownForAWhile() throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            pubSub.goDown(Status.Code.UNAVAILABLE);
            List<CompletionStage<String>> stages = Sinks.publish(publisher, 500);
            assertThat(pubSub.count(Sinks.TOPIC)).isZero();
            pubSub.comeBack();
            assertThat(Sinks.ids(stages)).doesNotHaveDuplicates();
        }
        assertThat(pubSub.count(Sinks.TOPIC)).isEqualTo(500);
        assertThat(pubSub.distinctKeys(Sinks.TOPIC)).isEqualTo(500);
    }

    @Test
    void nothingIsLostWhenTheConnectionIsCut() throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            List<CompletionStage<String>> stages = Sinks.publish(publisher, 300);
            pubSub.cut();
            stages.addAll(Sinks.publish(publisher, 600).subList(300, 600));
            pubSub.comeBack();
            Sinks.ids(stages);
        }
        assertThat(pubSub.distinctKeys(Sinks.TOPIC)).isEqualTo(600);
    }

    @Test
    void everyMessageComesBackAsTransientWhenTheSinkStaysDown() throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host(), "max-attempts", "2")) {
            pubSub.goDown(Status.Code.UNAVAILABLE);
            List<CompletionStage<String>> stages = Sinks.publish(publisher, 250);
            publisher.flush();
            for (CompletionStage<String> stage : stages) {
                assertThat(((SinkException) Sinks.failure(stage)).kind()).isEqualTo(Kind.TRANSIENT);
            }
            pubSub.comeBack();
            Sinks.ids(Sinks.publish(publisher, 250));
        }
        assertThat(pubSub.count(Sinks.TOPIC)).isEqualTo(250);
    }

    @Test
    void aLostAnswerDoublesMessagesUnderTheSameKey() throws Exception {
        pubSub.plan(new PublishFault.LoseAnswer(1));
        try (MessagePublisher publisher = Sinks.open(pubSub.host(), "batch-delay-ms", "10000")) {
            Sinks.ids(Sinks.publish(publisher, 100));
        }
        assertThat(pubSub.count(Sinks.TOPIC)).isEqualTo(200);
        assertThat(pubSub.distinctKeys(Sinks.TOPIC)).isEqualTo(100);
        Map<String, Long> copies = pubSub.messages(Sinks.TOPIC).stream()
                .collect(Collectors.groupingBy(PublishedMessage::dedupeKey, Collectors.counting()));
        assertThat(copies.values()).allMatch(count -> count == 2);
    }

    @Test
    void aRequestNeverExceedsTenMillionBytes() throws Exception {
        try (MessagePublisher publisher =
                Sinks.open(pubSub.host(), "batch-bytes", "9990000", "batch-messages", "1000")) {
            byte[] data = new byte[1_100_000];
            Arrays.fill(data, (byte) 'x');
            for (int i = 0; i < 40; i++) {
                publisher.publish(new OutboundMessage(data, Map.of("dedupe_key", "big-" + i), "big-" + i, null));
            }
            publisher.flush();
            Sinks.ids(List.of(publisher.publish(Sinks.message(1))));
        }
        assertThat(pubSub.distinctKeys(Sinks.TOPIC)).isEqualTo(41);
        assertThat(pubSub.largestRequestBytes()).isBetween(8_000_000, 10_000_000);
    }

    @Test
    void aMessageThatFillsTheLimitsArrives() throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            OutboundMessage full = filled((int) publisher.limits().maxMessageBytes());
            Sinks.ids(List.of(publisher.publish(full)));
        }
        assertThat(pubSub.count(Sinks.TOPIC)).isEqualTo(1);
        assertThat(pubSub.largestRequestBytes()).isLessThanOrEqualTo(10_000_000);
    }

    /** As many attributes of the greatest size as allowed, and payload up to the limit. */
    private static OutboundMessage filled(int bytes) {
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            attributes.put("%0256d".formatted(i), "v".repeat(1_024));
        }
        byte[] data = new byte[bytes - 100 * (256 + 1_024)];
        return new OutboundMessage(data, attributes, "full", null);
    }

    @Test
    void whatIsOverTheLimitsIsRefusedWithoutHarmToOthers() throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            CompletionStage<String> good = publisher.publish(Sinks.message(1));
            Map<String, OutboundMessage> bad = Map.of(
                    "MESSAGE_TOO_LARGE", with(new byte[10_000_000], Map.of()),
                    "MESSAGE_EMPTY", with(new byte[0], Map.of()),
                    "TOO_MANY_ATTRIBUTES", with(new byte[1], manyAttributes()),
                    "ATTRIBUTE_TOO_LONG", with(new byte[1], Map.of("key", "\u00e4".repeat(513))),
                    "ATTRIBUTE_NAME", with(new byte[1], Map.of("google", "x")));
            for (Map.Entry<String, OutboundMessage> entry : bad.entrySet()) {
                assertThat(Sinks.failure(publisher.publish(entry.getValue())))
                        .isInstanceOfSatisfying(SinkException.class, problem -> {
                            assertThat(problem.kind()).isEqualTo(Kind.PERMANENT);
                            assertThat(problem.code()).isEqualTo(entry.getKey());
                        });
            }
            Sinks.ids(List.of(good));
        }
        assertThat(pubSub.publishRequests()).isEqualTo(1);
    }

    private static OutboundMessage with(byte[] data, Map<String, String> attributes) {
        return new OutboundMessage(data, attributes, "key", null);
    }

    private static Map<String, String> manyAttributes() {
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i <= 100; i++) {
            attributes.put("name-" + i, "value");
        }
        return attributes;
    }
}
