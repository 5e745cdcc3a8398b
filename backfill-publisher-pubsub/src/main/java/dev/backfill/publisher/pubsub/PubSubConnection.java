package dev.backfill.publisher.pubsub;

import static java.util.Objects.requireNonNull;

import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.batching.FlowControlSettings;
import com.google.api.gax.batching.FlowController.LimitExceededBehavior;
import com.google.api.gax.core.BackgroundResource;
import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.FixedExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.ChannelPoolSettings;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.rpc.ClientContext;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.StatusCode;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.stub.GrpcPublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import dev.backfill.spi.MessagePublisher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels and threads of one publisher. They are ours and not the vendor's client's, because its own shutdown waits for
 * every message: up to the total timeout while the service is down, and for ever after an ordering key has failed. Thread-safe.
 */
final class PubSubConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PubSubConnection.class);

    private static final Duration CLOSE = Duration.ofSeconds(5);
    private static final Duration TOPIC_CALL = Duration.ofSeconds(10);
    private static final Duration FIRST_RETRY_DELAY = Duration.ofMillis(100);
    private static final Duration MAX_RETRY_DELAY = Duration.ofSeconds(10);
    /** The vendor's 5 seconds send a slow batch twice: each early retry is a request full of duplicates. */
    private static final Duration FIRST_RPC_TIMEOUT = Duration.ofSeconds(15);

    private static final Duration MAX_RPC_TIMEOUT = Duration.ofSeconds(60);
    private static final int EMULATOR_ATTEMPTS = 3;
    private static final int MAX_CHANNELS = 4;
    private static final int MIN_THREADS = 4;

    private final SinkSettings settings;
    private final ScheduledExecutorService executor;
    private final List<BackgroundResource> resources = new ArrayList<>();
    private final ClientContext context;
    private final PublisherStub stub;

    private PubSubConnection(SinkSettings settings, CredentialsProvider credentials, ScheduledExecutorService executor)
            throws IOException {
        this.settings = settings;
        this.executor = executor;
        this.context = ClientContext.create(stubSettings(credentials).build());
        resources.addAll(context.getBackgroundResources());
        PublisherStubSettings.Builder shared = stubSettings(credentialsOf(context));
        shared.setTransportChannelProvider(channelOf(context));
        this.stub = GrpcPublisherStub.create(shared.build());
        resources.add(0, stub);
    }

    /** Connects, checks the topic and gives the publisher; leaves nothing behind when that fails. */
    static MessagePublisher open(SinkSettings settings) {
        PubSubErrors errors = new PubSubErrors(settings.topic());
        CredentialsProvider credentials = credentials(settings, errors);
        ScheduledExecutorService executor = newExecutor();
        PubSubConnection connection;
        try {
            connection = new PubSubConnection(settings, credentials, executor);
        } catch (IOException e) {
            executor.shutdownNow();
            throw errors.credentials(e);
        }
        boolean opened = false;
        try {
            new TopicCheck(connection.stub, settings, errors).run();
            MessagePublisher publisher = new PubSubMessagePublisher(connection, settings, errors);
            opened = true;
            LOG.info(
                    "Publishing to {} on {}: {} messages or {} bytes or {} ms a request, ordering {}",
                    settings.topic(),
                    settings.emulatorHost() == null ? "Google Cloud" : "the emulator " + settings.emulatorHost(),
                    settings.batchMessages(),
                    settings.batchBytes(),
                    settings.batchDelay().toMillis(),
                    settings.ordering());
            return publisher;
        } catch (IOException e) {
            throw errors.credentials(e);
        } finally {
            if (!opened) {
                connection.close();
            }
        }
    }

    PublisherStub stub() {
        return stub;
    }

    ScheduledExecutorService executor() {
        return executor;
    }

    /** The vendor's publisher on our channels and threads. */
    Publisher newPublisher() throws IOException {
        return Publisher.newBuilder(settings.topic())
                .setChannelProvider(channelOf(context))
                .setCredentialsProvider(credentialsOf(context))
                .setExecutorProvider(FixedExecutorProvider.create(executor))
                .setBatchingSettings(BatchingSettings.newBuilder()
                        .setElementCountThreshold(settings.batchMessages())
                        .setRequestByteThreshold(settings.batchBytes())
                        .setDelayThresholdDuration(settings.batchDelay())
                        // Publishing must not block: the engine bounds what is on the way
                        .setFlowControlSettings(FlowControlSettings.newBuilder()
                                .setLimitExceededBehavior(LimitExceededBehavior.Ignore)
                                .build())
                        .build())
                .setRetrySettings(publishRetries())
                .setEnableMessageOrdering(settings.ordering())
                .setEnableCompression(false)
                .build();
    }

    /** Closes channels and threads, waiting a few seconds for each. Closing twice does nothing. */
    @Override
    public void close() {
        resources.forEach(BackgroundResource::shutdownNow);
        boolean interrupted = false;
        for (BackgroundResource resource : resources) {
            interrupted |= !interrupted && awaitInterrupted(resource);
        }
        // Last: the channels end on these threads
        executor.shutdownNow();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean awaitInterrupted(BackgroundResource resource) {
        try {
            resource.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    private PublisherStubSettings.Builder stubSettings(CredentialsProvider credentials) {
        PublisherStubSettings.Builder builder = PublisherStubSettings.newBuilder()
                .setCredentialsProvider(credentials)
                .setBackgroundExecutorProvider(FixedExecutorProvider.create(executor))
                .setTransportChannelProvider(channels());
        if (settings.endpoint() != null && settings.emulatorHost() == null) {
            builder.setEndpoint(settings.endpoint());
        }
        RetrySettings topicRetries = topicRetries();
        builder.getTopicSettings().setRetrySettings(topicRetries);
        builder.createTopicSettings()
                .setRetryableCodes(StatusCode.Code.UNAVAILABLE)
                .setRetrySettings(topicRetries);
        builder.publishSettings()
                // A single message is never collected with others, and is tried again for what the vendor's publisher
                // is
                .setBatchingSettings(
                        BatchingSettings.newBuilder().setIsEnabled(false).build())
                .setRetryableCodes(
                        StatusCode.Code.ABORTED,
                        StatusCode.Code.CANCELLED,
                        StatusCode.Code.DEADLINE_EXCEEDED,
                        StatusCode.Code.INTERNAL,
                        StatusCode.Code.RESOURCE_EXHAUSTED,
                        StatusCode.Code.UNKNOWN,
                        StatusCode.Code.UNAVAILABLE)
                .setRetrySettings(publishRetries());
        return builder;
    }

    private InstantiatingGrpcChannelProvider channels() {
        int count = Math.max(1, Math.min(MAX_CHANNELS, Runtime.getRuntime().availableProcessors()));
        InstantiatingGrpcChannelProvider.Builder builder = PublisherStubSettings.defaultGrpcTransportProviderBuilder()
                .setChannelPoolSettings(ChannelPoolSettings.staticallySized(count));
        if (settings.emulatorHost() != null) {
            builder.setEndpoint(settings.emulatorHost()).setChannelConfigurator(channel -> channel.usePlaintext());
        }
        return builder.build();
    }

    /** Reads them here, for the vendor's reader throws whatever it meets at what is no credentials file. */
    private static CredentialsProvider credentials(SinkSettings settings, PubSubErrors errors) {
        if (settings.emulatorHost() != null) {
            return NoCredentialsProvider.create();
        }
        if (settings.credentialsFile() == null) {
            return defaultCredentials(errors);
        }
        try (InputStream file = Files.newInputStream(settings.credentialsFile())) {
            return FixedCredentialsProvider.create(
                    GoogleCredentials.fromStream(file).createScoped(PublisherStubSettings.getDefaultServiceScopes()));
        } catch (IOException | RuntimeException unusable) {
            throw errors.credentialsFile(settings.credentialsFile(), unusable);
        }
    }

    private static CredentialsProvider defaultCredentials(PubSubErrors errors) {
        try {
            return FixedCredentialsProvider.create(PublisherStubSettings.defaultCredentialsProviderBuilder()
                    .build()
                    .getCredentials());
        } catch (IOException notFound) {
            throw errors.credentials(notFound);
        } catch (RuntimeException unreadable) {
            throw errors.credentials(null); // it may quote the file
        }
    }

    private static FixedTransportChannelProvider channelOf(ClientContext context) {
        return FixedTransportChannelProvider.create(
                requireNonNull(context.getTransportChannel(), "a connected context has a channel"));
    }

    private static CredentialsProvider credentialsOf(ClientContext context) {
        return context.getCredentials() == null
                ? NoCredentialsProvider.create()
                : FixedCredentialsProvider.create(context.getCredentials());
    }

    private RetrySettings publishRetries() {
        Duration total = settings.totalTimeout();
        return RetrySettings.newBuilder()
                .setTotalTimeoutDuration(total)
                // The vendor reads 0 as "never again" here and as "as often as fits" in its publisher
                .setMaxAttempts(settings.maxAttempts() == 0 ? Integer.MAX_VALUE : settings.maxAttempts())
                .setInitialRetryDelayDuration(FIRST_RETRY_DELAY)
                .setRetryDelayMultiplier(2)
                .setMaxRetryDelayDuration(MAX_RETRY_DELAY)
                .setInitialRpcTimeoutDuration(shorter(FIRST_RPC_TIMEOUT, total))
                .setRpcTimeoutMultiplier(2)
                .setMaxRpcTimeoutDuration(shorter(MAX_RPC_TIMEOUT, total))
                .build();
    }

    private RetrySettings topicRetries() {
        return RetrySettings.newBuilder()
                .setTotalTimeoutDuration(TOPIC_CALL)
                // An emulator that is not there shall be named at once, a slow service not
                .setMaxAttempts(settings.emulatorHost() == null ? Integer.MAX_VALUE : EMULATOR_ATTEMPTS)
                .setInitialRetryDelayDuration(FIRST_RETRY_DELAY)
                .setRetryDelayMultiplier(2)
                .setMaxRetryDelayDuration(MAX_RETRY_DELAY)
                .setInitialRpcTimeoutDuration(TOPIC_CALL)
                .setRpcTimeoutMultiplier(1)
                .setMaxRpcTimeoutDuration(TOPIC_CALL)
                .build();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static ScheduledExecutorService newExecutor() {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, "backfill-pubsub-" + number.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(PubSubConnection.class.getClassLoader());
            return thread;
        };
        int threads = Math.max(MIN_THREADS, Runtime.getRuntime().availableProcessors());
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(threads, factory);
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
