package dev.backfill.publisher.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkException.Kind;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.PublishFault;
import dev.backfill.testkit.pubsub.PublishedMessage;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderingTest {
    private static final String USER = "user-1";

    private final InProcessPubSub pubSub = InProcessPubSub.start();

    @BeforeEach
    void createTopic() {
        pubSub.createTopic(Sinks.TOPIC);
    }

    @AfterEach
    void stop() {
        pubSub.close();
    }

    @Test
    void messagesOfAKeyArriveInOrder() throws Exception {
        try (MessagePublisher publisher = ordered()) {
            Sinks.ids(publish(publisher, 0, 1_000));
        }
        assertThat(numbersOf(USER)).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    }

    @Test
    void aBadMessageStopsNeitherItsKeyNorTheOrder() throws Exception {
        pubSub.reject(message -> "key-150".equals(message.dedupeKey()));
        try (MessagePublisher publisher = ordered()) {
            List<CompletionStage<String>> stages = publish(publisher, 0, 400);
            for (int i = 0; i < 400; i++) {
                Throwable failure = Sinks.failure(stages.get(i));
                if (i == 150) {
                    assertThat(((SinkException) failure).kind()).isEqualTo(Kind.PERMANENT);
                } else {
                    assertThat(failure).as("message %d", i).isNull();
                }
            }
            Sinks.ids(publish(publisher, 400, 500));
        }
        assertThat(numbersOf(USER))
                .isEqualTo(IntStream.range(0, 500).filter(i -> i != 150).boxed().toList());
    }

    @Test
    void aFatalErrorFailsWhatIsHeldAndTheKeyGoesOnAfterwards() throws Exception {
        try (MessagePublisher publisher = ordered()) {
            pubSub.plan(new PublishFault.Refuse(Status.Code.PERMISSION_DENIED, 1));
            List<CompletionStage<String>> stages = publish(publisher, 0, 100);
            for (CompletionStage<String> stage : stages) {
                assertThat(((SinkException) Sinks.failure(stage)).code()).isEqualTo("PERMISSION_DENIED");
            }
            long before = pubSub.publishRequests();
            Sinks.ids(publish(publisher, 0, 100));
            assertThat(pubSub.publishRequests() - before)
                    .as("requests: the key is sent in batches again, not one by one")
                    .isLessThan(50);
        }
        assertThat(numbersOf(USER)).isEqualTo(IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void anotherKeyIsNotHeldUp() throws Exception {
        pubSub.reject(message -> "key-0".equals(message.dedupeKey()));
        try (MessagePublisher publisher = ordered()) {
            CompletionStage<String> bad = publisher.publish(Sinks.message(0, "user-2"));
            Sinks.ids(publish(publisher, 1, 200));
            assertThat(((SinkException) Sinks.failure(bad)).kind()).isEqualTo(Kind.PERMANENT);
        }
        assertThat(numbersOf(USER)).isEqualTo(IntStream.range(1, 200).boxed().toList());
    }

    @Test
    void orderSurvivesAnOutage() throws Exception {
        try (MessagePublisher publisher = ordered()) {
            pubSub.goDown(Status.Code.UNAVAILABLE);
            List<CompletionStage<String>> stages = publish(publisher, 0, 300);
            pubSub.comeBack();
            Sinks.ids(stages);
        }
        assertThat(numbersOf(USER)).isEqualTo(IntStream.range(0, 300).boxed().toList());
    }

    @Test
    void anOrderingKeyWithoutOrderingIsAClearFatalError() throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            assertThat(Sinks.failure(publisher.publish(Sinks.message(1, USER))))
                    .isInstanceOfSatisfying(SinkException.class, problem -> {
                        assertThat(problem.kind()).isEqualTo(Kind.FATAL);
                        assertThat(problem).hasMessageContaining("pubsub.ordering");
                    });
        }
    }

    private MessagePublisher ordered() {
        return Sinks.open(pubSub.host(), "ordering", "true");
    }

    private static List<CompletionStage<String>> publish(MessagePublisher publisher, int from, int to) {
        List<CompletionStage<String>> stages = new ArrayList<>();
        for (int i = from; i < to; i++) {
            stages.add(publisher.publish(Sinks.message(i, USER)));
        }
        return stages;
    }

    private List<Integer> numbersOf(String orderingKey) {
        return pubSub.messages(Sinks.TOPIC).stream()
                .filter(message -> message.orderingKey().equals(orderingKey))
                .map(PublishedMessage::dedupeKey)
                .map(key -> Integer.parseInt(key.substring("key-".length())))
                .toList();
    }
}
