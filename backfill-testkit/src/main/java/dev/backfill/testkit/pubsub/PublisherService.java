package dev.backfill.testkit.pubsub;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.ListTopicsRequest;
import com.google.pubsub.v1.ListTopicsResponse;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Topic;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The Publisher service of google.pubsub.v1. Thread-safe. */
final class PublisherService extends PublisherGrpc.PublisherImplBase {
    private final PubSubState state;
    private final FaultDesk faults;
    private final ScheduledExecutorService timer;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicInteger largestRequest = new AtomicInteger();

    PublisherService(PubSubState state, FaultDesk faults, ScheduledExecutorService timer) {
        this.state = state;
        this.faults = faults;
        this.timer = timer;
    }

    /** How many publish requests came, refused ones included. */
    long requests() {
        return requests.get();
    }

    /** The bytes of the largest publish request that came. */
    int largestRequest() {
        return largestRequest.get();
    }

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
        Runnable take = () -> take(request, answer);
        if (answer instanceof ServerCallStreamObserver<PublishResponse> call) {
            // With a handler, an answer to a client that has gone is dropped instead of thrown
            call.setOnCancelHandler(() -> faults.letGo(take));
        }
        requests.incrementAndGet();
        largestRequest.accumulateAndGet(request.getSerializedSize(), Math::max);
        if (!faults.hold(take)) {
            take.run();
        }
    }

    private void take(PublishRequest request, StreamObserver<PublishResponse> answer) {
        if (answer instanceof ServerCallStreamObserver<?> call && call.isCancelled()) {
            // Held until its deadline passed: the client has given up and sends it again
            return;
        }
        PublishFault fault = faults.next();
        Status.Code down = faults.down();
        if (fault instanceof PublishFault.Refuse refuse) {
            fail(answer, refuse.code().toStatus().withDescription("Refused by the fault plan."));
        } else if (down != null) {
            fail(answer, down.toStatus().withDescription("The service was unable to fulfill your request."));
        } else {
            store(request, answer, fault);
        }
    }

    private void store(PublishRequest request, StreamObserver<PublishResponse> answer, @Nullable PublishFault fault) {
        Instant now = state.clock().instant();
        PublishResponse response;
        try {
            Status problem = PublishLimits.check(request);
            if (problem == null && anyRejected(request.getMessagesList(), now)) {
                problem = Status.INVALID_ARGUMENT.withDescription("A message in the publish request is not valid.");
            }
            if (problem != null) {
                throw problem.asRuntimeException();
            }
            TopicLog topic = state.topic(request.getTopic());
            response = PublishResponse.newBuilder()
                    .addAllMessageIds(topic.append(request.getMessagesList(), now))
                    .build();
        } catch (StatusRuntimeException refused) {
            answer.onError(refused);
            return;
        }
        if (fault instanceof PublishFault.LoseAnswer) {
            fail(answer, Status.UNAVAILABLE.withDescription("The answer was lost on its way."));
        } else if (fault instanceof PublishFault.Delay delay) {
            answerAfter(delay.by(), answer, response);
        } else {
            answerAfter(faults.latency(), answer, response);
        }
    }

    private boolean anyRejected(List<PubsubMessage> messages, Instant now) {
        Predicate<PublishedMessage> rejected = faults.rejected();
        if (rejected.equals(FaultDesk.NOTHING)) {
            return false;
        }
        return messages.stream().anyMatch(message -> rejected.test(new PublishedMessage(0, message, now)));
    }

    private void answerAfter(Duration delay, StreamObserver<PublishResponse> answer, PublishResponse response) {
        if (delay.isZero()) {
            succeed(answer, response);
        } else {
            ScheduledFuture<?> unused =
                    timer.schedule(() -> succeed(answer, response), delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void createTopic(Topic request, StreamObserver<Topic> answer) {
        topicCall(answer, () -> wire(state.createTopic(request.getName())));
    }

    @Override
    public void getTopic(GetTopicRequest request, StreamObserver<Topic> answer) {
        topicCall(answer, () -> wire(state.topic(request.getTopic())));
    }

    @Override
    public void deleteTopic(DeleteTopicRequest request, StreamObserver<Empty> answer) {
        topicCall(answer, () -> {
            state.deleteTopic(request.getTopic());
            return Empty.getDefaultInstance();
        });
    }

    @Override
    public void listTopics(ListTopicsRequest request, StreamObserver<ListTopicsResponse> answer) {
        String prefix = request.getProject() + "/topics/";
        topicCall(answer, () -> {
            ListTopicsResponse.Builder response = ListTopicsResponse.newBuilder();
            state.topics().values().stream()
                    .filter(topic -> topic.name().startsWith(prefix))
                    .forEach(topic -> response.addTopics(wire(topic)));
            return response.build();
        });
    }

    private <T> void topicCall(StreamObserver<T> answer, Supplier<T> work) {
        Status.Code refused = faults.topicCalls();
        Status.Code down = faults.down();
        if (refused != null) {
            fail(answer, refused.toStatus().withDescription("User not authorized to perform this action."));
        } else if (down != null) {
            fail(answer, down.toStatus().withDescription("The service was unable to fulfill your request."));
        } else {
            run(answer, work);
        }
    }

    /** Answers with what the work gives, or with its status. */
    static <T> void run(StreamObserver<T> answer, Supplier<T> work) {
        T result;
        try {
            result = work.get();
        } catch (StatusRuntimeException refused) {
            answer.onError(refused);
            return;
        }
        succeed(answer, result);
    }

    private static <T> void succeed(StreamObserver<T> answer, T response) {
        answer.onNext(response);
        answer.onCompleted();
    }

    private static void fail(StreamObserver<?> answer, Status status) {
        answer.onError(status.asRuntimeException());
    }

    private static Topic wire(TopicLog topic) {
        return Topic.newBuilder().setName(topic.name()).build();
    }
}
