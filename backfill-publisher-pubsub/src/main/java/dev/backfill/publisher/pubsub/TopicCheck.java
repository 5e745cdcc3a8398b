package dev.backfill.publisher.pubsub;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks once whether the topic is there, and creates it where the host wants that. Confined to the thread that opens. */
final class TopicCheck {
    private static final Logger LOG = LoggerFactory.getLogger(TopicCheck.class);

    private final PublisherStub stub;
    private final SinkSettings settings;
    private final PubSubErrors errors;

    TopicCheck(PublisherStub stub, SinkSettings settings, PubSubErrors errors) {
        this.stub = stub;
        this.settings = settings;
        this.errors = errors;
    }

    /** Blocks until Pub/Sub has answered, some seconds at most. */
    void run() {
        try {
            stub.getTopicCallable()
                    .call(GetTopicRequest.newBuilder()
                            .setTopic(settings.topic())
                            .build());
        } catch (ApiException e) {
            judge(e);
        }
    }

    private void judge(ApiException failure) {
        switch (PubSubErrors.code(failure)) {
            case NOT_FOUND -> createOrRefuse(failure);
            case UNAUTHENTICATED -> throw errors.unauthenticated(failure);
            // Publishers often may publish and not look
            case PERMISSION_DENIED ->
                LOG.info("May not look whether {} exists: the first publish will show it", settings.topic());
            case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, CANCELLED, INTERNAL, UNKNOWN ->
                goOnOrRefuse(failure);
            default -> throw errors.topicCheckFailed(failure);
        }
    }

    /** A developer's emulator that is not running is a mistake; a service that is down is an outage, which jobs wait out. */
    private void goOnOrRefuse(ApiException failure) {
        if (settings.emulatorHost() != null) {
            throw errors.emulatorNotReachable(settings.emulatorHost(), failure);
        }
        // The code alone: a vendor's text may hold the account that it tried.
        LOG.warn(
                "Pub/Sub did not say whether {} exists ({}), publishing will wait for it",
                settings.topic(),
                PubSubErrors.code(failure));
    }

    private void createOrRefuse(ApiException notFound) {
        if (!settings.createTopic()) {
            throw errors.topicNotFound(notFound);
        }
        try {
            stub.createTopicCallable()
                    .call(Topic.newBuilder().setName(settings.topic()).build());
            LOG.info("Created {}", settings.topic());
        } catch (ApiException e) {
            StatusCode.Code code = PubSubErrors.code(e);
            if (code == StatusCode.Code.PERMISSION_DENIED) {
                throw errors.permissionDenied("create it (role roles/pubsub.editor)", e);
            }
            // Somebody else was faster
            if (code != StatusCode.Code.ALREADY_EXISTS) {
                throw errors.topicCheckFailed(e);
            }
        }
    }
}
