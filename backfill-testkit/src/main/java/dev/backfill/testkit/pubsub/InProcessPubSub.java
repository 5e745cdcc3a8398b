package dev.backfill.testkit.pubsub;

import static java.util.Objects.requireNonNull;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A Google Pub/Sub in this process: a gRPC server on a free port of 127.0.0.1 that speaks google.pubsub.v1, enforces the real
 * limits, and goes wrong as told. Hand {@link #host()} to a client as its emulator. Messages live in memory only.
 *
 * <p>Left out: push, filters, schemas, snapshots, exactly-once delivery, dead letters, expiry. Thread-safe.
 */
public final class InProcessPubSub implements AutoCloseable {
    private static final Duration SHUTDOWN = Duration.ofSeconds(5);
    /** Above Pub/Sub's own limit, so that a request that is too large gets Pub/Sub's answer and not gRPC's. */
    private static final int MAX_INBOUND_BYTES = 64 * 1024 * 1024;

    private static final byte[] IPV4_LOOPBACK = {127, 0, 0, 1};

    private final PubSubState state;
    private final FaultDesk faults = new FaultDesk();
    private final ScheduledExecutorService timer;
    private final PublisherService publisher;
    private final SubscriberService subscriber;
    private final int port;

    private final Object lock = new Object();
    // Guarded by lock; null while cut and after close
    private @Nullable Server server;

    private InProcessPubSub(Retention retention, InstantSource clock) throws IOException {
        state = new PubSubState(retention, clock);
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "in-process-pubsub-timer");
            thread.setDaemon(true);
            return thread;
        });
        publisher = new PublisherService(state, faults, timer);
        subscriber = new SubscriberService(state, timer);
        boolean listening = false;
        try {
            Server first = listen(0);
            server = first;
            port = first.getPort();
            listening = true;
        } finally {
            if (!listening) {
                timer.shutdownNow();
            }
        }
    }

    /**
     * Starts one that keeps every message.
     *
     * @return a running server
     * @throws UncheckedIOException if it cannot listen
     */
    public static InProcessPubSub start() {
        return start(Retention.ALL, InstantSource.system());
    }

    /**
     * Starts one.
     *
     * @param retention what it keeps of the messages
     * @param clock where publish times and acknowledgement deadlines come from
     * @return a running server
     * @throws UncheckedIOException if it cannot listen
     */
    public static InProcessPubSub start(Retention retention, InstantSource clock) {
        try {
            return new InProcessPubSub(requireNonNull(retention, "retention"), requireNonNull(clock, "clock"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot listen on 127.0.0.1", e);
        }
    }

    /** {@return host and port, as in {@code 127.0.0.1:40123}: what PUBSUB_EMULATOR_HOST would hold} */
    public String host() {
        return "127.0.0.1:" + port;
    }

    /**
     * Creates a topic.
     *
     * @param topic its full name, {@code projects/PROJECT/topics/ID}
     */
    public void createTopic(String topic) {
        state.createTopic(topic);
    }

    /**
     * Creates a subscription, which receives what is published from now on.
     *
     * @param subscription its full name, {@code projects/PROJECT/subscriptions/ID}
     * @param topic the full name of a topic that exists
     */
    public void createSubscription(String subscription, String topic) {
        state.createSubscription(subscription, topic, 0, true);
    }

    /**
     * Deletes a topic: publishing to it is answered with NOT_FOUND from now on.
     *
     * @param topic its full name
     */
    public void deleteTopic(String topic) {
        state.deleteTopic(topic);
    }

    /**
     * Gives what a topic has taken, in its order; duplicates included.
     *
     * @param topic its full name
     * @return the messages; empty unless the retention is {@link Retention#ALL}
     */
    public List<PublishedMessage> messages(String topic) {
        return state.topic(topic).messages();
    }

    /**
     * Counts what a topic has taken, whatever the retention.
     *
     * @param topic its full name
     * @return how many messages, duplicates included
     */
    public long count(String topic) {
        return state.topic(topic).count();
    }

    /**
     * Counts the payload a topic has taken, whatever the retention.
     *
     * @param topic its full name
     * @return how many bytes, attributes not included
     */
    public long dataBytes(String topic) {
        return state.topic(topic).dataBytes();
    }

    /**
     * Counts the different values of the attribute {@value PublishedMessage#DEDUPE_KEY}, whatever the retention. They are
     * compared by 64-bit hashes.
     *
     * @param topic the topic's full name
     * @return how many different keys
     */
    public int distinctKeys(String topic) {
        return state.topic(topic).distinctKeys();
    }

    /**
     * Forgets what a topic has taken: messages, counts and keys. Subscriptions keep theirs.
     *
     * @param topic its full name
     */
    public void clear(String topic) {
        state.topic(topic).clear();
    }

    /**
     * Counts what a subscription has not had acknowledged.
     *
     * @param subscription its full name
     * @return how many messages wait or are with a reader
     */
    public long backlog(String subscription) {
        return state.subscription(subscription).backlog();
    }

    SubscriptionQueue queue(String subscription) {
        return state.subscription(subscription);
    }

    /** {@return how many publish requests came, refused ones included} */
    public long publishRequests() {
        return publisher.requests();
    }

    /** {@return the bytes of the largest publish request that came, 0 before the first} */
    public int largestRequestBytes() {
        return publisher.largestRequest();
    }

    /**
     * Adds faults to the plan, after those that are still to come.
     *
     * @param next what happens to the next publish requests, in order
     */
    public void plan(PublishFault... next) {
        faults.plan(List.of(next));
    }

    /** {@return how many publish requests the plan still has to hit} */
    public int plannedFaults() {
        return faults.left();
    }

    /**
     * Answers every publish request that holds a message of this kind with INVALID_ARGUMENT, its neighbours included, as the
     * real service does.
     *
     * @param rejected true for a message that is not taken; replaces what was set before
     */
    public void reject(Predicate<PublishedMessage> rejected) {
        faults.rejected(requireNonNull(rejected, "rejected"));
    }

    /**
     * Answers every publish request so much later.
     *
     * @param delay zero or more; replaces what was set before
     */
    public void latency(Duration delay) {
        faults.latency(requireNonNull(delay, "delay"));
    }

    /**
     * Answers reading, creating, listing and deleting of topics with a status, as for a caller without that permission.
     *
     * @param code the status, or null to answer them again
     */
    public void refuseTopicCalls(Status.@Nullable Code code) {
        faults.topicCalls(code);
    }

    /** Takes requests without answering or storing them, until {@link #comeBack()}. */
    public void stall() {
        faults.stall();
    }

    /** {@return how many publish requests a stall holds} */
    public int heldRequests() {
        return faults.heldRequests();
    }

    /**
     * Answers every publish request and topic call with a status, until {@link #comeBack()}.
     *
     * @param code the status, for instance UNAVAILABLE
     */
    public void goDown(Status.Code code) {
        faults.goDown(requireNonNull(code, "code"));
    }

    /** Ends {@link #stall()}, {@link #goDown} and {@link #cut()}; requests that a stall held and whose client still waits are taken. */
    public void comeBack() {
        synchronized (lock) {
            if (server == null && !timer.isShutdown()) {
                try {
                    server = listen(port);
                } catch (IOException e) {
                    throw new UncheckedIOException("Cannot listen on port " + port + " again", e);
                }
            }
        }
        faults.comeBack();
    }

    /** Breaks every connection and refuses new ones, until {@link #comeBack()}. What was taken stays. */
    public void cut() {
        stopServer();
    }

    /** Stops the server. Closing twice does nothing. What was taken can still be read. */
    @Override
    public void close() {
        stopServer();
        timer.shutdownNow();
    }

    private void stopServer() {
        Server running;
        synchronized (lock) {
            running = server;
            server = null;
        }
        if (running == null) {
            return;
        }
        running.shutdownNow();
        try {
            running.awaitTermination(SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Server listen(int onPort) throws IOException {
        // The services never block: they may run on the threads that read from the network
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getByAddress(IPV4_LOOPBACK), onPort))
                .directExecutor()
                .maxInboundMessageSize(MAX_INBOUND_BYTES)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addService(publisher)
                .addService(subscriber)
                .build()
                .start();
    }
}
