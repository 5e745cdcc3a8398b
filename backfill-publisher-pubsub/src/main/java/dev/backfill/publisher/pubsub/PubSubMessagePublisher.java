package dev.backfill.publisher.pubsub;

import com.google.api.core.ApiFutures;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.protobuf.UnsafeByteOperations;
import com.google.pubsub.v1.PubsubMessage;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open Pub/Sub topic: the vendor's publisher collects, sends and tries again; this class takes a refused batch apart, keeps
 * order through failures, and ends in seconds. Thread-safe.
 */
final class PubSubMessagePublisher implements MessagePublisher {
    private static final Logger LOG = LoggerFactory.getLogger(PubSubMessagePublisher.class);

    private static final Duration DRAIN = Duration.ofSeconds(3);

    private final PubSubConnection connection;
    private final Publisher publisher;
    private final PubSubErrors errors;
    private final MessageCheck check;
    private final SingleSender singles;
    private final OrderedLanes lanes;

    private final AtomicInteger numbers = new AtomicInteger();
    private final Set<Delivery> outstanding = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean closed;

    private final Object closeLock = new Object();

    PubSubMessagePublisher(PubSubConnection connection, SinkSettings settings, PubSubErrors errors) throws IOException {
        this.connection = connection;
        this.publisher = connection.newPublisher();
        this.errors = errors;
        this.check = new MessageCheck(settings.topic(), settings.ordering());
        this.singles = new SingleSender(connection.stub(), settings.topic());
        this.lanes = new OrderedLanes(errors, singles, new LanePort());
    }

    @Override
    public CompletionStage<String> publish(OutboundMessage message) {
        PubsubMessage wire = wire(message);
        Delivery delivery = new Delivery(wire, this, numbers.getAndIncrement());
        SinkException problem = check.problem(message, wire);
        if (problem != null) {
            delivery.completeExceptionally(problem);
            return delivery;
        }
        outstanding.add(delivery);
        if (closed) {
            settle(delivery, errors.closed());
        } else if (wire.getOrderingKey().isEmpty()) {
            handOver(delivery);
        } else {
            lanes.publish(delivery);
        }
        return delivery;
    }

    @Override
    public SinkLimits limits() {
        return MessageCheck.LIMITS;
    }

    @Override
    public void flush() {
        if (!closed) {
            publisher.publishAllOutstanding();
        }
    }

    @Override
    public void close() {
        synchronized (closeLock) {
            if (closed) {
                return;
            }
            flush();
            closed = true;
        }
        if (!outstanding.isEmpty()) {
            awaitDrained();
        }
        connection.close();
        List<Delivery> left = List.copyOf(outstanding);
        if (!left.isEmpty()) {
            LOG.warn("Closed before Pub/Sub answered for {} messages; they may still arrive", left.size());
            left.forEach(delivery -> settle(delivery, errors.closed()));
        }
    }

    private void awaitDrained() {
        try {
            drained.get(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException notInTime) {
            LOG.debug("Pub/Sub has not answered for everything in {}", DRAIN);
        }
    }

    /** Pub/Sub took a message. Called on the vendor's threads, which hold no lock then. */
    void acknowledged(Delivery delivery, String messageId) {
        if (delivery.orderingKey().isEmpty()) {
            settle(delivery, messageId);
        } else {
            lanes.acknowledged(delivery, messageId);
        }
    }

    /**
     * A batch failed. The vendor may call this while it holds its lock and walks through its messages, so everything that could
     * publish again runs on another thread.
     */
    void failedInBatch(Delivery delivery, Throwable failure) {
        try {
            connection.executor().execute(() -> judge(delivery, failure));
        } catch (RejectedExecutionException closing) {
            settle(delivery, errors.closed());
        }
    }

    private void judge(Delivery delivery, Throwable failure) {
        if (!delivery.orderingKey().isEmpty()) {
            lanes.failed(delivery, failure);
        } else if (errors.isContentRefused(failure)) {
            singles.enqueue(delivery, new SingleSender.Listener() {
                @Override
                public void taken(Delivery single, String messageId) {
                    settle(single, messageId);
                }

                @Override
                public void refused(Delivery single, Throwable refusal) {
                    settle(single, errors.publishFailure(refusal));
                }
            });
        } else {
            settle(delivery, errors.publishFailure(failure));
        }
    }

    private void handOver(Delivery delivery) {
        try {
            ApiFutures.addCallback(publisher.publish(delivery.wire()), delivery, Runnable::run);
        } catch (RejectedExecutionException closing) {
            failedInBatch(delivery, closing);
        }
    }

    private void settle(Delivery delivery, String messageId) {
        if (outstanding.remove(delivery)) {
            delivery.complete(messageId);
            tellDrained();
        }
    }

    private void settle(Delivery delivery, SinkException failure) {
        if (outstanding.remove(delivery)) {
            delivery.completeExceptionally(failure);
            tellDrained();
        }
    }

    private void tellDrained() {
        if (closed && outstanding.isEmpty()) {
            drained.complete(null);
        }
    }

    private static PubsubMessage wire(OutboundMessage message) {
        PubsubMessage.Builder builder = PubsubMessage.newBuilder()
                // Not copied: nobody may write to a message's bytes
                .setData(UnsafeByteOperations.unsafeWrap(message.data()))
                .putAllAttributes(message.attributes());
        String orderingKey = message.orderingKey();
        if (orderingKey != null) {
            builder.setOrderingKey(orderingKey);
        }
        return builder.build();
    }

    /** The lanes' way to the vendor's publisher and to the futures. */
    private final class LanePort implements OrderedLanes.Port {
        @Override
        public void publish(Delivery delivery) {
            handOver(delivery);
        }

        @Override
        public void resume(String orderingKey) {
            publisher.resumePublish(orderingKey);
        }

        @Override
        public void settle(Delivery delivery, String messageId) {
            PubSubMessagePublisher.this.settle(delivery, messageId);
        }

        @Override
        public void settle(Delivery delivery, Throwable failure) {
            PubSubMessagePublisher.this.settle(delivery, errors.publishFailure(failure));
        }
    }
}
