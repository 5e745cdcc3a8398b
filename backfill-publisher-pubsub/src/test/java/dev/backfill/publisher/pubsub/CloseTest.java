package dev.backfill.publisher.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.SinkException;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CloseTest {
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
    void closingSendsWhatIsCollected() throws Exception {
        MessagePublisher publisher = Sinks.open(pubSub.host(), "batch-delay-ms", "10000");
        List<CompletionStage<String>> stages = Sinks.publish(publisher, 30);
        publisher.close();
        Sinks.ids(stages);
        assertThat(pubSub.count(Sinks.TOPIC)).isEqualTo(30);
    }

    @Test
    void flushSendsWhatIsCollected() throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host(), "batch-delay-ms", "10000")) {
            List<CompletionStage<String>> stages = Sinks.publish(publisher, 30);
            publisher.flush();
            Sinks.ids(stages);
            assertThat(pubSub.publishRequests()).isEqualTo(1);
        }
    }

    @Test
    void closingASinkThatStallsEndsAndGivesEveryMessageBack() throws Exception {
        pubSub.stall();
        MessagePublisher publisher = Sinks.open(pubSub.host());
        List<CompletionStage<String>> stages = Sinks.publish(publisher, 250);
        publisher.close();
        for (CompletionStage<String> stage : stages) {
            assertThat(stage.toCompletableFuture()).isDone();
            assertThat(Sinks.failure(stage))
                    .isInstanceOfSatisfying(
                            SinkException.class,
                            problem -> assertThat(problem.kind()).isEqualTo(SinkException.Kind.TRANSIENT));
        }
    }

    @Test
    void whatComesOneAfterTheOtherLiesSideBySideInTheSetThatCloseReads() {
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            List<CompletionStage<String>> stages = Sinks.publish(publisher, 3);
            int first = stages.get(0).hashCode();
            assertThat(stages).extracting(Object::hashCode).containsExactly(first, first + 1, first + 2);
            assertThat(stages).doesNotHaveDuplicates();
        }
    }

    @Test
    void closingWithOrderingAndAKeyInErrorEnds() throws Exception {
        pubSub.reject(message -> true);
        MessagePublisher publisher = Sinks.open(pubSub.host(), "ordering", "true");
        CompletionStage<String> stage = publisher.publish(Sinks.message(1, "user"));
        Sinks.failure(stage);
        pubSub.stall();
        CompletionStage<String> held = publisher.publish(Sinks.message(2, "user"));
        publisher.close();
        assertThat(Sinks.failure(held)).isInstanceOf(SinkException.class);
    }

    @Test
    void closingTwiceDoesNothingAndPublishingAfterwardsFails() throws Exception {
        MessagePublisher publisher = Sinks.open(pubSub.host());
        publisher.close();
        publisher.close();
        publisher.flush();
        assertThat(Sinks.failure(publisher.publish(Sinks.message(1))))
                .isInstanceOfSatisfying(
                        SinkException.class,
                        problem -> assertThat(problem.code()).isEqualTo("SINK_CLOSED"));
    }

    @Test
    void closingLeavesNoThread() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        MessagePublisher publisher = Sinks.open(pubSub.host());
        Sinks.ids(Sinks.publish(publisher, 300));
        publisher.close();
        pubSub.close();

        Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
        left.removeAll(before);
        for (Thread thread : left) {
            // gRPC lets its shared threads go a second after their last user
            thread.join(Duration.ofSeconds(20).toMillis());
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
    }

    @Test
    void aForeignContextClassLoaderDoesNotMatter() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader foreign = new URLClassLoader(new URL[0], null)) {
            thread.setContextClassLoader(foreign);
            try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
                Sinks.ids(Sinks.publish(publisher, 10));
                assertThat(thread.getContextClassLoader()).isSameAs(foreign);
            }
        } finally {
            thread.setContextClassLoader(before);
        }
        assertThat(pubSub.count(Sinks.TOPIC)).isEqualTo(10);
    }
}
