package dev.backfill.benchmarks;

import dev.backfill.benchmarks.fake.FastGraph;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.Retention;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * A Graph and a Pub/Sub in a JVM of their own, so that the processor time of this one is the client's alone. Confined to one
 * thread.
 */
final class PathServers implements AutoCloseable {
    static final String PROJECT = "bench";
    static final String TOPIC = "projects/" + PROJECT + "/topics/emails";

    private final ChildJvm child;
    private final URI graph;
    private final String pubSub;

    private PathServers(ChildJvm child, URI graph, String pubSub) {
        this.child = child;
        this.graph = graph;
        this.pubSub = pubSub;
    }

    /**
     * Starts both.
     *
     * @param messages messages of each mailbox
     * @param bodyBytes bytes of each body
     * @param latency how long each answer of Graph takes
     * @param acknowledgement how long each publish request takes
     */
    static PathServers start(int messages, int bodyBytes, Duration latency, Duration acknowledgement)
            throws IOException {
        ChildJvm child = ChildJvm.start(
                PathServers.class,
                List.of("-Xmx1g"),
                List.of(
                        Integer.toString(messages),
                        Integer.toString(bodyBytes),
                        latency.toString(),
                        acknowledgement.toString()));
        String graph = child.nextLine();
        String pubSub = child.nextLine();
        if (graph == null || pubSub == null) {
            child.close();
            throw new IOException("the servers did not start");
        }
        return new PathServers(child, URI.create(graph), pubSub);
    }

    /**
     * Runs in the child.
     *
     * @param arguments as {@link #start} has them
     */
    public static void main(String[] arguments) {
        ChildJvm.endWithParent();
        FastGraph graph = new FastGraph(
                Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), Duration.parse(arguments[2]), null);
        InProcessPubSub pubSub = InProcessPubSub.start(Retention.KEYS_ONLY, InstantSource.system());
        pubSub.createTopic(TOPIC);
        pubSub.latency(Duration.parse(arguments[3]));
        System.out.println(graph.baseUrl());
        System.out.println(pubSub.host());
    }

    /** {@return the address of Graph} */
    URI graph() {
        return graph;
    }

    /** {@return host and port of Pub/Sub} */
    String pubSub() {
        return pubSub;
    }

    @Override
    public void close() {
        child.close();
    }
}
