package dev.backfill.testkit.pubsub;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.PullResponse;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The Subscriber service of google.pubsub.v1. Thread-safe. */
final class SubscriberService extends SubscriberGrpc.SubscriberImplBase {
    /** How long a pull waits for a first message; the real service waits for a while too. */
    private static final Duration PULL_WAIT = Duration.ofSeconds(1);

    private static final long MAX_ANSWER_BYTES = 10_000_000;
    private static final int MAX_DEADLINE_SECONDS = 600;

    private final PubSubState state;
    private final ScheduledExecutorService timer;

    SubscriberService(PubSubState state, ScheduledExecutorService timer) {
        this.state = state;
        this.timer = timer;
    }

    @Override
    public void createSubscription(Subscription request, StreamObserver<Subscription> answer) {
        PublisherService.run(
                answer,
                () -> wire(state.createSubscription(
                        request.getName(),
                        request.getTopic(),
                        request.getAckDeadlineSeconds(),
                        request.getEnableMessageOrdering())));
    }

    @Override
    public void getSubscription(GetSubscriptionRequest request, StreamObserver<Subscription> answer) {
        PublisherService.run(answer, () -> wire(state.subscription(request.getSubscription())));
    }

    @Override
    public void deleteSubscription(DeleteSubscriptionRequest request, StreamObserver<Empty> answer) {
        PublisherService.run(answer, () -> {
            state.deleteSubscription(request.getSubscription());
            return Empty.getDefaultInstance();
        });
    }

    @Override
    public void acknowledge(AcknowledgeRequest request, StreamObserver<Empty> answer) {
        PublisherService.run(answer, () -> {
            state.subscription(request.getSubscription()).acknowledge(request.getAckIdsList());
            return Empty.getDefaultInstance();
        });
    }

    @Override
    public void modifyAckDeadline(ModifyAckDeadlineRequest request, StreamObserver<Empty> answer) {
        PublisherService.run(answer, () -> {
            int seconds = request.getAckDeadlineSeconds();
            if (seconds < 0 || seconds > MAX_DEADLINE_SECONDS) {
                throw PubSubState.invalid("Invalid ack deadline given: " + seconds + ".");
            }
            state.subscription(request.getSubscription())
                    .modifyDeadline(request.getAckIdsList(), Duration.ofSeconds(seconds));
            return Empty.getDefaultInstance();
        });
    }

    @Override
    public void pull(PullRequest request, StreamObserver<PullResponse> answer) {
        SubscriptionQueue queue;
        try {
            if (request.getMaxMessages() < 1) {
                throw PubSubState.invalid("You must set max_messages to 1 or more.");
            }
            queue = state.subscription(request.getSubscription());
        } catch (StatusRuntimeException refused) {
            answer.onError(refused);
            return;
        }
        AtomicBoolean answered = new AtomicBoolean();
        if (answer instanceof ServerCallStreamObserver<PullResponse> call) {
            call.setOnCancelHandler(() -> answered.set(true));
        }
        new WaitingPull(queue, request.getMaxMessages(), answer, answered).start();
    }

    /** A pull that waits a little for a first message. */
    private final class WaitingPull implements Runnable {
        private final SubscriptionQueue queue;
        private final int maxMessages;
        private final StreamObserver<PullResponse> answer;
        private final AtomicBoolean answered;
        private final Object lock = new Object();

        WaitingPull(
                SubscriptionQueue queue, int maxMessages, StreamObserver<PullResponse> answer, AtomicBoolean answered) {
            this.queue = queue;
            this.maxMessages = maxMessages;
            this.answer = answer;
            this.answered = answered;
        }

        void start() {
            queue.addReader(this);
            run();
            if (!answered.get()) {
                ScheduledFuture<?> unused = timer.schedule(this::finish, PULL_WAIT.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void run() {
            answer(false);
        }

        private void finish() {
            answer(true);
        }

        private void answer(boolean evenEmpty) {
            synchronized (lock) {
                if (answered.get()) {
                    queue.removeReader(this);
                    return;
                }
                List<ReceivedMessage> taken = queue.take(maxMessages, MAX_ANSWER_BYTES, queue.ackDeadline());
                if (taken.isEmpty() && !evenEmpty) {
                    return;
                }
                answered.set(true);
                queue.removeReader(this);
                answer.onNext(
                        PullResponse.newBuilder().addAllReceivedMessages(taken).build());
                answer.onCompleted();
            }
        }
    }

    @Override
    public StreamObserver<StreamingPullRequest> streamingPull(StreamObserver<StreamingPullResponse> answers) {
        return new StreamingPull(state, (ServerCallStreamObserver<StreamingPullResponse>) answers, timer);
    }

    private static Subscription wire(SubscriptionQueue queue) {
        return Subscription.newBuilder()
                .setName(queue.name())
                .setTopic(queue.topic().name())
                .setAckDeadlineSeconds((int) queue.ackDeadline().toSeconds())
                .setEnableMessageOrdering(queue.ordered())
                .build();
    }
}
