package dev.backfill.testkit.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.SubscriberGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A subscription read as a stream, without a deadline: however slow the machine, nothing is given up on its way. A message that
 * Pub/Sub delivers twice is handed over once and acknowledged again. Ends with {@link #close}, or when Pub/Sub ends it or the
 * consumer throws: then {@link #failure} says why. Thread-safe.
 */
public final class MessageStream implements AutoCloseable {
    private static final int ACK_SECONDS = 600;
    private static final long MAX_BYTES_ON_THE_WAY = 16L << 20;
    /** How long Pub/Sub may take to answer the end of the stream, before which it takes the last acknowledgements. */
    private static final long GRACE_SECONDS = 2;

    private static final long CLOSE_SECONDS = 5;

    private final Consumer<PublishedMessage> consumer;
    private final Set<String> seen =
            new HashSet<>(); // touched by the stream's own callbacks only, which come one by one
    private final Runnable onEnd;
    private final CountDownLatch ended = new CountDownLatch(1);
    /** Held while messages are handed over and acknowledged, so that the stream does not end between the two. */
    private final ReentrantLock handing = new ReentrantLock();

    private boolean silent; // guarded by handing: nothing is sent any more
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable ClientCallStreamObserver<StreamingPullRequest> requests;

    private MessageStream(Consumer<PublishedMessage> consumer, Runnable onEnd) {
        this.consumer = consumer;
        this.onEnd = onEnd;
    }

    /**
     * Opens a stream.
     *
     * @param onEnd runs once when the stream has ended, however it did; on a thread of gRPC
     */
    static MessageStream open(
            ManagedChannel channel, String subscription, Consumer<PublishedMessage> consumer, Runnable onEnd) {
        MessageStream stream = new MessageStream(consumer, onEnd);
        SubscriberGrpc.newStub(channel)
                .streamingPull(stream.new Answers())
                .onNext(StreamingPullRequest.newBuilder()
                        .setSubscription(subscription)
                        .setStreamAckDeadlineSeconds(ACK_SECONDS)
                        .setMaxOutstandingBytes(MAX_BYTES_ON_THE_WAY)
                        .build());
        return stream;
    }

    /**
     * Says what ended the stream but {@link #close}.
     *
     * @return a {@link io.grpc.StatusRuntimeException}, whose cause is what the consumer threw if it did; null while the stream
     *     runs, or when it was closed and ended in time
     */
    public @Nullable Throwable failure() {
        return failure;
    }

    /**
     * Ends the stream: what is being handed over is finished and acknowledged; what is still on its way is not, and comes again to
     * another reader after 10 minutes. Blocks for some seconds at most; not to be called by the consumer. Closing twice does
     * nothing.
     */
    @Override
    public void close() {
        closed = true;
        try {
            fallSilent();
            if (!ended.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                cancel();
                if (!ended.await(CLOSE_SECONDS, TimeUnit.SECONDS) && failure == null) {
                    failure = Status.DEADLINE_EXCEEDED
                            .withDescription("the stream did not end")
                            .asRuntimeException();
                }
            }
        } catch (InterruptedException stopped) {
            cancel();
            Thread.currentThread().interrupt();
        }
    }

    private void fallSilent() throws InterruptedException {
        if (handing.tryLock(CLOSE_SECONDS, TimeUnit.SECONDS)) {
            try {
                ClientCallStreamObserver<StreamingPullRequest> open = requests;
                if (!silent && open != null && ended.getCount() > 0) {
                    open.onCompleted();
                }
                silent = true;
            } finally {
                handing.unlock();
            }
        }
    }

    private void cancel() {
        ClientCallStreamObserver<StreamingPullRequest> open = requests;
        if (open != null) {
            open.cancel("closed", null);
        }
    }

    private final class Answers implements ClientResponseObserver<StreamingPullRequest, StreamingPullResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<StreamingPullRequest> stream) {
            requests = stream;
        }

        @Override
        public void onNext(StreamingPullResponse answer) {
            handing.lock();
            try {
                ClientCallStreamObserver<StreamingPullRequest> open = requests;
                if (!closed && open != null && answer.getReceivedMessagesCount() > 0) {
                    handOver(answer.getReceivedMessagesList(), open);
                }
            } finally {
                handing.unlock();
            }
        }

        private void handOver(List<ReceivedMessage> received, ClientCallStreamObserver<StreamingPullRequest> open) {
            StreamingPullRequest.Builder acknowledge = StreamingPullRequest.newBuilder();
            for (ReceivedMessage message : received) {
                if (seen.add(message.getMessage().getMessageId())) {
                    consumer.accept(new PublishedMessage(
                            0,
                            message.getMessage(),
                            Instant.ofEpochSecond(
                                    message.getMessage().getPublishTime().getSeconds(),
                                    message.getMessage().getPublishTime().getNanos())));
                }
                acknowledge.addAckIds(message.getAckId());
            }
            open.onNext(acknowledge.build());
        }

        @Override
        public void onError(Throwable reason) {
            if (!closed) {
                failure = reason;
            }
            end();
        }

        @Override
        public void onCompleted() {
            if (!closed) {
                failure = Status.UNAVAILABLE
                        .withDescription("Pub/Sub ended the stream")
                        .asRuntimeException();
            }
            end();
        }

        private void end() {
            ended.countDown();
            onEnd.run();
        }
    }
}
