package dev.backfill.publisher.pubsub;

import com.google.api.core.ApiFutureCallback;
import com.google.pubsub.v1.PubsubMessage;
import java.util.concurrent.CompletableFuture;

/** One message on its way, which completes with Pub/Sub's id of it. Thread-safe. */
final class Delivery extends CompletableFuture<String> implements ApiFutureCallback<String> {
    private final PubsubMessage wire;
    private final PubSubMessagePublisher publisher;
    private final int number;

    /** The number counts a publisher's messages; it may begin anew, for two deliveries are never equal. */
    Delivery(PubsubMessage wire, PubSubMessagePublisher publisher, int number) {
        this.wire = wire;
        this.publisher = publisher;
        this.number = number;
    }

    PubsubMessage wire() {
        return wire;
    }

    String orderingKey() {
        return wire.getOrderingKey();
    }

    /**
     * For the set of what is on its way: messages that come and go together lie side by side in it. An identity hash costs a call
     * into the virtual machine, and lies anywhere in a large table, most often outside the processor's cache.
     */
    @Override
    public int hashCode() {
        return number;
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
