package dev.backfill.publisher.pubsub;

import com.google.api.core.ApiFutureCallback;
import com.google.api.core.ApiFutures;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Publishes messages one a request, after Pub/Sub has refused the batch they were in: so only the bad one fails. A few go at
 * once, so that a topic that refuses everything is not flooded. Thread-safe.
 */
final class SingleSender {
    /** What became of a message; called on a thread that holds no lock. */
    interface Listener {
        /** Pub/Sub took it. */
        void taken(Delivery delivery, String messageId);

        /** Pub/Sub did not take it. */
        void refused(Delivery delivery, Throwable failure);
    }

    private static final int MAX_ON_THE_WAY = 16;

    private final PublisherStub stub;
    private final String topic;

    private final Object lock = new Object();
    // Guarded by lock
    private final Deque<Delivery> waiting = new ArrayDeque<>();
    private int onTheWay;

    SingleSender(PublisherStub stub, String topic) {
        this.stub = stub;
        this.topic = topic;
    }

    /** Sends a message as soon as few enough others are on the way. */
    void enqueue(Delivery delivery, Listener listener) {
        synchronized (lock) {
            waiting.add(delivery);
        }
        sendWaiting(listener);
    }

    /** Sends a message now. */
    void send(Delivery delivery, Listener listener) {
        PublishRequest request = PublishRequest.newBuilder()
                .setTopic(topic)
                .addMessages(delivery.wire())
                .build();
        ApiFutures.addCallback(stub.publishCallable().futureCall(request), callback(delivery, listener), Runnable::run);
    }

    private void sendWaiting(Listener listener) {
        while (true) {
            Delivery next;
            synchronized (lock) {
                next = onTheWay < MAX_ON_THE_WAY ? waiting.poll() : null;
                if (next == null) {
                    return;
                }
                onTheWay++;
            }
            send(next, new Listener() {
                @Override
                public void taken(Delivery delivery, String messageId) {
                    leave(listener);
                    listener.taken(delivery, messageId);
                }

                @Override
                public void refused(Delivery delivery, Throwable failure) {
                    leave(listener);
                    listener.refused(delivery, failure);
                }
            });
        }
    }

    private void leave(Listener listener) {
        synchronized (lock) {
            onTheWay--;
        }
        sendWaiting(listener);
    }

    private static ApiFutureCallback<PublishResponse> callback(Delivery delivery, Listener listener) {
        return new ApiFutureCallback<>() {
            @Override
            public void onSuccess(PublishResponse response) {
                if (response.getMessageIdsCount() == 1) {
                    listener.taken(delivery, response.getMessageIds(0));
                } else {
                    onFailure(new IllegalStateException(
                            "Pub/Sub answered one message with " + response.getMessageIdsCount() + " ids"));
                }
            }

            @Override
            public void onFailure(Throwable failure) {
                listener.refused(delivery, failure);
            }
        };
    }
}
