package dev.backfill.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkLimits;
import dev.backfill.testkit.contract.MessageSinkContract;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RecordingSinkTest {
    private static final SinkContext CONTEXT = DirectSinkContext.of("recording", Map.of());

    private final RecordingSink sink = new RecordingSink().keepPayloads();

    @Nested
    class AtOnce extends Fixture {
        AtOnce() {
            super(new RecordingSink().keepPayloads());
        }
    }

    @Nested
    class OnOwnThread extends Fixture {
        OnOwnThread() {
            super(new RecordingSink().keepPayloads().ackOnOwnThread());
        }
    }

    abstract static class Fixture implements MessageSinkContract {
        private final RecordingSink sink;

        Fixture(RecordingSink sink) {
            this.sink = sink;
        }

        @Override
        public MessageSink sink() {
            return sink;
        }

        @Override
        public SinkContext context() {
            return CONTEXT;
        }

        @Override
        public List<OutboundMessage> stored() {
            return sink.payloads();
        }
    }

    @Test
    void acknowledgesByHandInOrder() {
        MessagePublisher publisher = sink.holdAcks().open(CONTEXT);
        List<CompletableFuture<String>> answers =
                List.of(publish(publisher, "a"), publish(publisher, "b"), publish(publisher, "c"));
        sink.awaitHeld(3);
        assertThat(sink.keys()).isEmpty();
        assertThat(sink.ackNext(2)).isEqualTo(2);
        assertThat(sink.keys()).containsExactly("a", "b");
        assertThat(answers).extracting(CompletableFuture::isDone).containsExactly(true, true, false);
        assertThat(sink.ackAll()).isEqualTo(1);
        assertThat(sink.counts().mostHeld()).isEqualTo(3);
        assertThat(sink.counts().held()).isZero();
    }

    @Test
    void aSinkThatHangsGoesOnWhenItAcknowledgesAgain() {
        MessagePublisher publisher = sink.holdAcks().open(CONTEXT);
        CompletableFuture<String> hung = publish(publisher, "a");
        assertThat(hung).isNotDone();
        sink.ackAtOnce();
        assertThat(hung).isCompleted();
        assertThat(publish(publisher, "b")).isCompleted();
    }

    @Test
    void lostAcknowledgementsAreDeliveriesAllTheSame() {
        MessagePublisher publisher = sink.holdAcks().open(CONTEXT);
        CompletableFuture<String> lost = publish(publisher, "a");
        assertThat(sink.loseAcks()).isEqualTo(1);
        assertThat(lost).isNotDone();
        sink.ackAtOnce();
        assertThat(publish(publisher, "a")).isCompleted();
        assertThat(sink.keys()).containsExactly("a", "a");
        assertThat(sink.duplicates()).isEqualTo(1);
        assertThat(sink.distinct()).isEqualTo(1);
    }

    @Test
    void refusesByNumberOnce() {
        MessagePublisher publisher = sink.failNumber(
                        2, RecordingSink.error(SinkException.Kind.FATAL, "TOPIC_NOT_FOUND"))
                .open(CONTEXT);
        assertThat(publish(publisher, "a")).isCompleted();
        assertThat(kind(publish(publisher, "b"))).isEqualTo(SinkException.Kind.FATAL);
        assertThat(publish(publisher, "b")).isCompleted();
        assertThat(sink.keys()).containsExactly("a", "b");
        assertThat(sink.counts().refused()).isEqualTo(1);
    }

    @Test
    void refusesByKeyOrMessageIdAsOftenAsToldTo() {
        SinkException error = RecordingSink.error(SinkException.Kind.TRANSIENT, "UNAVAILABLE");
        MessagePublisher publisher =
                sink.failMessage("a", 2, error).failMessage("m-7", 1, error).open(CONTEXT);
        assertThat(kind(publish(publisher, "a"))).isEqualTo(SinkException.Kind.TRANSIENT);
        assertThat(kind(publish(publisher, "a"))).isEqualTo(SinkException.Kind.TRANSIENT);
        assertThat(publish(publisher, "a")).isCompleted();
        OutboundMessage byId = new OutboundMessage(new byte[1], Map.of("message_id", "m-7"), "key", null);
        assertThat(publisher.publish(byId).toCompletableFuture()).isCompletedExceptionally();
        assertThat(publisher.publish(byId).toCompletableFuture()).isCompleted();
        assertThat(sink.messageIds()).containsExactly("", "m-7");
    }

    @Test
    void misuseIsThrownAndRemembered() {
        MessagePublisher publisher = sink.limits(new SinkLimits(1_024, 1, 5, 5)).open(CONTEXT);
        Map<String, String> two = Map.of("a", "1", "b", "2");
        for (OutboundMessage message : List.of(
                new OutboundMessage(new byte[1_025], Map.of(), "k", null),
                new OutboundMessage(new byte[1_023], Map.of("a", "1"), "k", null),
                new OutboundMessage(new byte[1], two, "k", null),
                new OutboundMessage(new byte[1], Map.of("äää", "1"), "k", null),
                new OutboundMessage(new byte[1], Map.of("a", "äää"), "k", null))) {
            assertThatIllegalArgumentException().isThrownBy(() -> publisher.publish(message));
        }
        publisher.close();
        assertThatIllegalStateException().isThrownBy(() -> publish(publisher, "late"));
        assertThat(sink.misuses()).hasSize(6);
        assertThat(sink.counts().published()).isZero();
    }

    @Test
    void countsAreAllThatIsKeptOfMillions() {
        MessagePublisher publisher = sink.countsOnly().open(CONTEXT);
        assertThat(publish(publisher, "a")).isCompleted();
        assertThat(publish(publisher, "b")).isCompleted();
        assertThat(sink.counts().delivered()).isEqualTo(2);
        assertThat(sink.counts().bytes()).isEqualTo(6);
        assertThat(sink.keys()).isEmpty();
        assertThat(sink.payloads()).isEmpty();
    }

    @Test
    void tellsHowItWasUsed() {
        MessagePublisher first = sink.open(CONTEXT);
        sink.open(CONTEXT);
        first.flush();
        first.close();
        first.close();
        assertThat(sink.counts().opened()).isEqualTo(2);
        assertThat(sink.counts().closed()).isEqualTo(1);
        assertThat(sink.counts().flushes()).isEqualTo(1);
    }

    private static CompletableFuture<String> publish(MessagePublisher publisher, String key) {
        return publisher
                .publish(new OutboundMessage(new byte[3], Map.of(), key, null))
                .toCompletableFuture();
    }

    private static SinkException.Kind kind(CompletableFuture<String> answer) {
        try {
            answer.join();
        } catch (CompletionException refused) {
            return ((SinkException) refused.getCause()).kind();
        }
        throw new AssertionError("the message was taken");
    }
}
