package dev.backfill.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MessageStreamTest {
    private static final String TOPIC = "projects/p/topics/emails";
    private static final String SUBSCRIPTION = "projects/p/subscriptions/loader";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final InProcessPubSub pubSub = InProcessPubSub.start(Retention.ALL, now::get);
    private final PubSubTestClient client = PubSubTestClient.connect(pubSub.host());
    private final BlockingQueue<String> came = new LinkedBlockingQueue<>();

    @BeforeEach
    void create() {
        pubSub.createTopic(TOPIC);
        pubSub.createSubscription(SUBSCRIPTION, TOPIC);
    }

    @AfterEach
    void stop() {
        client.close();
        pubSub.close();
    }

    @Test
    void whatWasAndWhatIsPublishedComesOnceAndIsAcknowledgedBeforeTheEnd() throws Exception {
        List<String> ids = new ArrayList<>(publish(700));
        MessageStream stream = client.stream(SUBSCRIPTION, this::take);
        ids.addAll(publish(700));

        List<String> taken = take(1_400);
        stream.close();

        assertThat(taken).containsExactlyElementsOf(ids);
        assertThat(stream.failure()).isNull();
        assertThat(pubSub.backlog(SUBSCRIPTION)).isZero();
    }

    @Test
    void aReaderThatTakesItsTimeGetsAllOfMoreThanIsLetOnTheWay() throws Exception {
        for (int i = 0; i < 6; i++) {
            client.publish(TOPIC, List.of(message(new byte[4 << 20])));
        }
        CountDownLatch mayGoOn = new CountDownLatch(1);
        try (MessageStream stream = client.stream(SUBSCRIPTION, message -> {
            await(mayGoOn);
            take(message);
        })) {
            assertThat(pubSub.backlog(SUBSCRIPTION)).isEqualTo(6);
            mayGoOn.countDown();
            assertThat(take(6)).doesNotHaveDuplicates();
            assertThat(stream.failure()).isNull();
        }
        assertThat(pubSub.backlog(SUBSCRIPTION)).isZero();
    }

    @Test
    void whatAnotherReaderLeftComesWhenItsDeadlineHasPassed() throws Exception {
        List<String> ids = publish(3);
        assertThat(pubSub.queue(SUBSCRIPTION).take(10, 1_000, Duration.ofSeconds(10)))
                .hasSize(3);
        try (MessageStream stream = client.stream(SUBSCRIPTION, this::take)) {
            now.set(now.get().plusSeconds(11));

            assertThat(take(3)).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(stream.failure()).isNull();
        }
    }

    @Test
    void aMessageThatPubSubDeliversAgainIsHandedOverOnceAndAcknowledgedAgain() throws Exception {
        String id = publish(1).get(0);
        MessageStream stream = client.stream(SUBSCRIPTION, message -> {
            // The lease ends while the message is with the reader: its acknowledgement comes too late.
            if (message.messageId().equals(id)) {
                now.set(now.get().plusSeconds(3_600));
                assertThat(pubSub.queue(SUBSCRIPTION).take(1, 1, Duration.ZERO)).hasSize(1);
            }
            take(message);
        });
        assertThat(take(1)).containsExactly(id);
        String last = publish(1).get(0);
        assertThat(take(1)).containsExactly(last);
        stream.close();

        assertThat(came).isEmpty();
        assertThat(stream.failure()).isNull();
        assertThat(pubSub.backlog(SUBSCRIPTION)).isZero();
    }

    @Test
    void anUnknownSubscriptionEndsTheStream() {
        assertThatThrownBy(() -> client.receive("projects/p/subscriptions/nowhere", 1, PATIENCE, this::take))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageStartingWith("NOT_FOUND");
    }

    @Test
    void aLostConnectionEndsTheStream() {
        publish(1);

        assertThatThrownBy(() -> client.receive(SUBSCRIPTION, 2, PATIENCE, message -> pubSub.cut()))
                .isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void aConsumerThatThrowsEndsTheStreamAndItsMessageIsNotAcknowledged() {
        publish(1);

        assertThatThrownBy(() -> client.receive(SUBSCRIPTION, 1, PATIENCE, message -> {
                    throw new IllegalStateException("no room");
                }))
                .isInstanceOf(StatusRuntimeException.class)
                .cause()
                .hasMessage("no room");
        assertThat(pubSub.backlog(SUBSCRIPTION)).isEqualTo(1);
    }

    @Test
    void closingWaitsForWhatIsBeingHandedOverAndTwiceDoesNothing() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        MessageStream stream = client.stream(SUBSCRIPTION, message -> {
            begun.countDown();
            await(mayGoOn);
            take(message);
        });
        publish(1);
        assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        Thread closing = new Thread(stream::close, "closing");
        closing.start();
        while (closing.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        mayGoOn.countDown();
        closing.join(PATIENCE.toMillis());
        stream.close();

        assertThat(came).hasSize(1);
        assertThat(stream.failure()).isNull();
        assertThat(pubSub.backlog(SUBSCRIPTION)).isZero();
    }

    private void take(PublishedMessage message) {
        came.add(message.messageId());
    }

    private List<String> take(int count) throws InterruptedException {
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(came.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        return taken;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    private List<String> publish(int count) {
        return client.publish(
                TOPIC,
                IntStream.range(0, count).mapToObj(i -> message(new byte[10])).toList());
    }

    private static PubsubMessage message(byte[] data) {
        return PubsubMessage.newBuilder().setData(ByteString.copyFrom(data)).build();
    }
}
