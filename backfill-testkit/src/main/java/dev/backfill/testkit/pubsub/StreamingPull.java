package dev.backfill.testkit.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.StreamingPullResponse.SubscriptionProperties;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a subscription: sends as much as the reader lets be on the way and gRPC can hold. What the reader leaves without
 * an acknowledgement comes again after the deadline. Thread-safe.
 */
final class StreamingPull implements StreamObserver<StreamingPullRequest> {
    private static final int MAX_MESSAGES_PER_ANSWER = 500;
    private static final long MAX_ANSWER_BYTES = 2_000_000;
    /** How often messages whose deadline has passed are looked for. */
    private static final Duration TICK = Duration.ofMillis(200);

    private final PubSubState state;
    private final ServerCallStreamObserver<StreamingPullResponse> answers;
    private final ScheduledExecutorService timer;
    private final Runnable reader = this::send;

    private final Object lock = new Object();
    // All guarded by lock
    private final Map<String, Integer> onTheWay = new HashMap<>();
    private @Nullable SubscriptionQueue queue;
    private @Nullable Future<?> ticking;
    private Duration deadline = PubSubState.DEFAULT_ACK_DEADLINE;
    private long maxMessages = Long.MAX_VALUE;
    private long maxBytes = Long.MAX_VALUE;
    private long bytesOnTheWay;
    private boolean ended;

    StreamingPull(
            PubSubState state,
            ServerCallStreamObserver<StreamingPullResponse> answers,
            ScheduledExecutorService timer) {
        this.state = state;
        this.answers = answers;
        this.timer = timer;
        answers.setOnReadyHandler(reader);
        answers.setOnCancelHandler(this::end);
    }

    @Override
    public void onNext(StreamingPullRequest request) {
        SubscriptionQueue subscription;
        synchronized (lock) {
            if (ended) {
                return;
            }
            if (queue == null && !open(request)) {
                return;
            }
            subscription = queue;
            request.getAckIdsList().forEach(this::forget);
        }
        if (subscription == null) {
            return;
        }
        subscription.acknowledge(request.getAckIdsList());
        for (int i = 0; i < request.getModifyDeadlineAckIdsCount(); i++) {
            subscription.modifyDeadline(
                    List.of(request.getModifyDeadlineAckIds(i)),
                    Duration.ofSeconds(request.getModifyDeadlineSeconds(i)));
        }
        send();
    }

    private boolean open(StreamingPullRequest first) {
        try {
            SubscriptionQueue found = state.subscription(first.getSubscription());
            queue = found;
            deadline = first.getStreamAckDeadlineSeconds() > 0
                    ? Duration.ofSeconds(first.getStreamAckDeadlineSeconds())
                    : found.ackDeadline();
            maxMessages = first.getMaxOutstandingMessages() > 0 ? first.getMaxOutstandingMessages() : Long.MAX_VALUE;
            maxBytes = first.getMaxOutstandingBytes() > 0 ? first.getMaxOutstandingBytes() : Long.MAX_VALUE;
            found.addReader(reader);
            ticking = timer.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
            answers.onNext(StreamingPullResponse.newBuilder()
                    .setSubscriptionProperties(
                            SubscriptionProperties.newBuilder().setMessageOrderingEnabled(found.ordered()))
                    .build());
            return true;
        } catch (StatusRuntimeException refused) {
            ended = true;
            answers.onError(refused);
            return false;
        }
    }

    private void tick() {
        synchronized (lock) {
            SubscriptionQueue subscription = queue;
            if (subscription == null || ended) {
                return;
            }
            // Given back, expired or acknowledged by another call: no longer on the way
            List.copyOf(onTheWay.keySet()).stream()
                    .filter(ackId -> !subscription.isHeld(ackId))
                    .forEach(this::forget);
        }
        send();
    }

    private void send() {
        synchronized (lock) {
            SubscriptionQueue subscription = queue;
            while (subscription != null
                    && !ended
                    && answers.isReady()
                    && onTheWay.size() < maxMessages
                    && bytesOnTheWay < maxBytes) {
                List<ReceivedMessage> taken = subscription.take(
                        (int) Math.min(MAX_MESSAGES_PER_ANSWER, maxMessages - onTheWay.size()),
                        Math.min(MAX_ANSWER_BYTES, maxBytes - bytesOnTheWay),
                        deadline);
                if (taken.isEmpty()) {
                    return;
                }
                for (ReceivedMessage message : taken) {
                    int bytes = message.getMessage().getData().size();
                    onTheWay.put(message.getAckId(), bytes);
                    bytesOnTheWay += bytes;
                }
                answers.onNext(StreamingPullResponse.newBuilder()
                        .addAllReceivedMessages(taken)
                        .build());
            }
        }
    }

    private void forget(String ackId) {
        Integer bytes = onTheWay.remove(ackId);
        if (bytes != null) {
            bytesOnTheWay -= bytes;
        }
    }

    @Override
    public void onError(Throwable gone) {
        end();
    }

    @Override
    public void onCompleted() {
        end();
        answers.onCompleted();
    }

    private void end() {
        synchronized (lock) {
            ended = true;
            if (queue != null) {
                queue.removeReader(reader);
            }
            if (ticking != null) {
                ticking.cancel(false);
            }
        }
    }
}
