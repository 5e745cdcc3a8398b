package dev.backfill.publisher.pubsub;

import com.google.api.core.ApiFutureCallback;
import com.google.pubsub.v1.PubsubMessage;
import java.util.concurrent.CompletableFuture;

/** One message on its way, which completes with Pub/Sub's id of it. Thread-safe. */
final class Delivery extends CompletableFuture<String> implements ApiFutureCallback<String> {
    private final PubsubMessage wire;
    private final PubSubMessagePublisher publisher;

    Delivery(PubsubMessage wire, PubSubMessagePublisher publisher) {
        this.wire = wire;
        this.publisher = publisher;
    }

    PubsubMessage wire() {
        return wire;
    }

    String orderingKey() {
        return wire.getOrderingKey();
    }

    @Override
    public void onSuccess(String messageId) {
        publisher.acknowledged(this, messageId);
    }

    @Override
    public void onFailure(Throwable failure) {
        publisher.failedInBatch(this, failure);
    }
}
