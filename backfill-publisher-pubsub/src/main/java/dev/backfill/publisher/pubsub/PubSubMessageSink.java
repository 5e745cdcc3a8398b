package dev.backfill.publisher.pubsub;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SpiVersion;

/**
 * The sink {@value #ID}: Google Cloud Pub/Sub, through Google's own client. Stateless and thread-safe.
 *
 * <p>Settings, all optional where a default or another place is named:
 *
 * <ul>
 *   <li>{@code project}: the Google Cloud project; else the environment's PUBSUB_PROJECT_ID
 *   <li>{@code topic}: a topic's id, or its full name {@code projects/PROJECT/topics/ID}, which then names the project; default
 *       {@value #DEFAULT_TOPIC}
 *   <li>{@code emulator-host}: host:port of an emulator, reached without encryption and credentials; else the environment's
 *       PUBSUB_EMULATOR_HOST; when neither is set, the real service
 *   <li>{@code endpoint}: host:port of a regional service, for instance {@code europe-west1-pubsub.googleapis.com:443}
 *   <li>{@code create-topic}: true creates a topic that is missing; default false
 *   <li>{@code credentials-file}: a credentials file of Google's; else Google's application default credentials
 *   <li>{@code ordering}: true when messages carry ordering keys; default false
 *   <li>{@code batch-messages}: the most messages of a request, 1 to 1000, default {@value #DEFAULT_BATCH_MESSAGES}
 *   <li>{@code batch-bytes}: how many bytes make a request go out, 1000 to 9990000, default {@value #DEFAULT_BATCH_BYTES}
 *   <li>{@code batch-delay-ms}: how many milliseconds a message waits for others, 1 to 10000, default
 *       {@value #DEFAULT_BATCH_DELAY_MS}
 *   <li>{@code total-timeout-seconds}: how long a request is tried again before its messages come back as transient failures, 10
 *       to 600, default {@value #DEFAULT_TOTAL_TIMEOUT_SECONDS}; with {@code ordering} it is tried without end
 *   <li>{@code max-attempts}: how often a request is tried at most within that time, 0 to 100, default 0: as often as fits
 * </ul>
 *
 * <p>Publishing never blocks and Google's own flow control is off: the engine bounds the bytes on the way by its memory budget. Who
 * uses this sink without the engine has no bound at all. What is handed over is held until Pub/Sub has answered for it, so such
 * a caller must count what is not yet acknowledged, and wait.
 */
public final class PubSubMessageSink implements MessageSink {
    /** The sink's id. */
    public static final String ID = "pubsub";

    /** The topic when none is set. */
    public static final String DEFAULT_TOPIC = "emails";

    /** The most messages of a request when nothing is set: measured best for 2 KB messages. */
    public static final long DEFAULT_BATCH_MESSAGES = 100;

    /** How many bytes make a request go out when nothing is set. */
    public static final long DEFAULT_BATCH_BYTES = 1_000_000;

    /** How many milliseconds a message waits for others when nothing is set. */
    public static final long DEFAULT_BATCH_DELAY_MS = 10;

    /** For how many seconds a request is tried again when nothing is set. */
    public static final long DEFAULT_TOTAL_TIMEOUT_SECONDS = 60;

    /** Makes a sink; does no work and touches no class of Google's. */
    public PubSubMessageSink() {}

    @Override
    public String sinkId() {
        return ID;
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    /**
     * Connects, and looks whether the topic is there, which blocks for 10 seconds at most. Where looking is not allowed, a
     * missing topic shows at the first publish.
     *
     * @param context the host's settings
     * @return the publisher; its threads and connections end with {@link MessagePublisher#close()}
     * @throws dev.backfill.api.InvalidRequestException if a setting is unknown, missing or out of range
     * @throws dev.backfill.spi.SinkException of kind FATAL: {@code TOPIC_NOT_FOUND}, {@code UNAUTHENTICATED}, {@code
     *     PERMISSION_DENIED} (creating the topic), {@code EMULATOR_NOT_REACHABLE}, {@code CREDENTIALS}
     */
    @Override
    public MessagePublisher open(SinkContext context) {
        SinkSettings settings = SinkSettings.read(context.settings());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // Google's libraries load services with the thread's class loader, which may be anybody's
        thread.setContextClassLoader(PubSubMessageSink.class.getClassLoader());
        try {
            return PubSubConnection.open(settings);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
