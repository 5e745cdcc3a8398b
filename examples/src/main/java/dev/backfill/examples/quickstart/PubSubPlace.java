package dev.backfill.examples.quickstart;

import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.PubSubTestClient;
import dev.backfill.testkit.pubsub.Retention;
import io.grpc.StatusRuntimeException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the events go: a Pub/Sub inside this process, or the emulator that PUBSUB_EMULATOR_HOST names. */
final class PubSubPlace implements AutoCloseable {
    private final @Nullable InProcessPubSub own;
    private final String host;
    private final String project;
    private final String topic;
    private final PubSubTestClient client;
    private boolean topicIsToGo;
    private boolean subscriptionIsToGo;

    private PubSubPlace(@Nullable InProcessPubSub own, String host, String project, String run) {
        this.own = own;
        this.host = host;
        this.project = project;
        // A topic of its own for each run, so that nothing of an earlier one is counted.
        this.topic = "emails-" + run;
        this.client = PubSubTestClient.connect(host);
    }

    /**
     * Opens the place and makes topic and subscription unless they are there.
     *
     * @param run what tells the topic from those of other runs
     * @param forThisProcess true to delete at the end what was made here; false when another process may carry on with it, see
     *     {@link #endRun}
     */
    static PubSubPlace open(Map<String, String> environment, String run, boolean forThisProcess) throws UserMistake {
        String emulator = Variables.emulator(environment);
        String project = Variables.project(environment);
        PubSubPlace place;
        if (emulator == null) {
            InProcessPubSub own = startOwn();
            place = new PubSubPlace(own, own.host(), project, run);
        } else {
            place = new PubSubPlace(null, emulator, project, run);
        }
        try {
            place.topicIsToGo = place.client.createTopic(place.topicName()) && forThisProcess;
            place.subscriptionIsToGo =
                    place.client.createSubscription(place.subscriptionName(), place.topicName()) && forThisProcess;
        } catch (StatusRuntimeException unreachable) {
            place.close();
            throw UserMistake.failed("Pub/Sub at " + place.host + " does not answer: "
                    + unreachable.getStatus().getCode()
                    + (place.own == null ? "; PUBSUB_EMULATOR_HOST names it" : ""));
        }
        return place;
    }

    private static InProcessPubSub startOwn() throws UserMistake {
        try {
            // What was read back is not kept: the heap is for the mail.
            return InProcessPubSub.start(Retention.UNTIL_ACKNOWLEDGED, InstantSource.system());
        } catch (UncheckedIOException cannotListen) {
            throw UserMistake.failed("cannot listen on 127.0.0.1: " + cannotListen.getMessage());
        }
    }

    Map<String, String> settings() {
        return Map.of("project", project, "topic", topic, "emulator-host", host);
    }

    /** True if what was published outlives this process. */
    boolean isElsewhere() {
        return own == null;
    }

    PubSubTestClient client() {
        return client;
    }

    /** What people read of it. */
    String describe() {
        return own == null ? "emulator at " + host + ", topic " + topic : "inside this process";
    }

    /** True if surely nothing is left to pull; an emulator does not tell. */
    boolean isDrained() {
        return own != null && own.backlog(subscriptionName()) == 0;
    }

    String subscriptionName() {
        return "projects/" + project + "/subscriptions/" + topic + "-pull";
    }

    private String topicName() {
        return "projects/" + project + "/topics/" + topic;
    }

    /** Says that the run, with all processes it had, is at its end, so that topic and subscription are deleted at closing. */
    void endRun() {
        topicIsToGo = true;
        subscriptionIsToGo = true;
    }

    private void cleanUp() {
        try {
            if (subscriptionIsToGo) {
                client.deleteSubscription(subscriptionName());
            }
            if (topicIsToGo) {
                client.deleteTopic(topicName());
            }
        } catch (StatusRuntimeException gone) {
            System.err.println("quickstart: topic " + topic + " could not be deleted at " + host + ": "
                    + gone.getStatus().getCode());
        }
    }

    @Override
    public void close() {
        if (own == null) {
            cleanUp();
        }
        client.close();
        if (own != null) {
            own.close();
        }
    }
}
