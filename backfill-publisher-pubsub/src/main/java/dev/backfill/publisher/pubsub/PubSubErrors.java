package dev.backfill.publisher.pubsub;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkException.Kind;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Says what an answer of Pub/Sub means for the engine; the only place that does. Codes and their meaning:
 * cloud.google.com/pubsub/docs/reference/error-codes. Immutable and thread-safe.
 */
final class PubSubErrors {
    private final String topic;

    PubSubErrors(String topic) {
        this.topic = topic;
    }

    /** True when the request was refused for what it holds: one message of it may be bad, the others good. */
    boolean isContentRefused(Throwable failure) {
        return failure instanceof ApiException api && code(api) == StatusCode.Code.INVALID_ARGUMENT;
    }

    /** True when a message was not sent because an earlier one of its ordering key failed. */
    boolean isOrderingStop(Throwable failure) {
        return failure instanceof CancellationException;
    }

    SinkException publishFailure(Throwable failure) {
        if (failure instanceof ApiException api) {
            return byStatus(api);
        }
        if (failure instanceof CancellationException || failure instanceof RejectedExecutionException) {
            return new SinkException(Kind.TRANSIENT, "NOT_SENT", "The message was not sent to " + topic, failure);
        }
        return new SinkException(
                Kind.FATAL,
                "UNEXPECTED",
                "Publishing to " + topic + " failed with " + failure.getClass().getName(),
                failure);
    }

    private SinkException byStatus(ApiException failure) {
        StatusCode.Code code = code(failure);
        return switch (code) {
            case NOT_FOUND -> topicNotFound(failure);
            case PERMISSION_DENIED -> permissionDenied("publish to it (role roles/pubsub.publisher)", failure);
            case UNAUTHENTICATED -> unauthenticated(failure);
            case INVALID_ARGUMENT ->
                new SinkException(
                        Kind.PERMANENT, code.name(), "Pub/Sub does not take this message on " + topic, failure);
            case RESOURCE_EXHAUSTED, UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED, CANCELLED, INTERNAL, UNKNOWN ->
                new SinkException(
                        Kind.TRANSIENT, code.name(), "Pub/Sub did not take the message on " + topic + " now", failure);
            default ->
                new SinkException(
                        Kind.FATAL,
                        code.name(),
                        "Pub/Sub refuses to publish to " + topic + ": look at the topic's state and settings",
                        failure);
        };
    }

    SinkException topicNotFound(Throwable cause) {
        return new SinkException(
                Kind.FATAL,
                "TOPIC_NOT_FOUND",
                "There is no topic " + topic + ": create it (gcloud pubsub topics create " + topic
                        + "), set pubsub.create-topic to true, or set another pubsub.topic",
                cause);
    }

    SinkException permissionDenied(String toDoWhat, Throwable cause) {
        return new SinkException(
                Kind.FATAL,
                "PERMISSION_DENIED",
                "The credentials in use may not do this with " + topic + ": " + toDoWhat,
                cause);
    }

    SinkException unauthenticated(Throwable cause) {
        return new SinkException(
                Kind.FATAL,
                "UNAUTHENTICATED",
                "Pub/Sub does not accept the credentials in use for " + topic
                        + ": renew them, or set pubsub.credentials-file",
                cause);
    }

    SinkException credentials(@Nullable Throwable cause) {
        return new SinkException(
                Kind.FATAL,
                "CREDENTIALS",
                "No usable Google credentials: set pubsub.credentials-file or GOOGLE_APPLICATION_CREDENTIALS, run with"
                        + " a service account, or set PUBSUB_EMULATOR_HOST to use an emulator",
                cause);
    }

    /** What the vendor's reader says may quote the file, which holds a private key: only the kind of its trouble is told. */
    SinkException credentialsFile(Path file, Exception trouble) {
        return new SinkException(
                Kind.FATAL,
                "CREDENTIALS",
                "pubsub.credentials-file must be a service account key or a workload identity file, in JSON, as Google"
                        + " gives it; " + file + " is not ("
                        + trouble.getClass().getSimpleName() + ")",
                null);
    }

    SinkException emulatorNotReachable(String host, Throwable cause) {
        return new SinkException(
                Kind.FATAL,
                "EMULATOR_NOT_REACHABLE",
                "No Pub/Sub emulator answers at " + host + ": start it, or unset PUBSUB_EMULATOR_HOST and"
                        + " pubsub.emulator-host to use the real service",
                cause);
    }

    SinkException topicCheckFailed(ApiException cause) {
        return new SinkException(
                Kind.FATAL, code(cause).name(), "Pub/Sub does not say whether there is a topic " + topic, cause);
    }

    SinkException closed() {
        return new SinkException(
                Kind.TRANSIENT, "SINK_CLOSED", "The sink was closed before " + topic + " took the message", null);
    }

    static StatusCode.Code code(ApiException failure) {
        return failure.getStatusCode().getCode();
    }
}
