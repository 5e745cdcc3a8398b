package dev.backfill.benchmarks.anchor;

import com.google.api.core.ApiFuture;
import com.google.api.core.ApiFutures;
import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import dev.backfill.publisher.pubsub.PubSubMessageSink;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * The whole path as somebody writes it who has a day for it: a thread a mailbox, a page of 100 at a time, Jackson's streams, the
 * vendor's publisher with the sink's batching, and a commit a page once all of it is acknowledged. No quota, no retry, no second
 * look at what was counted. Thread-safe but for {@link #close()}.
 */
public final class HandWrittenPath implements AutoCloseable {
    private static final String SELECT =
            "id,changeKey,createdDateTime,lastModifiedDateTime,receivedDateTime,sentDateTime,"
                    + "categories,hasAttachments,internetMessageId,subject,importance,parentFolderId,conversationId,isRead,body,"
                    + "from,toRecipients,ccRecipients,bccRecipients,replyTo,flag,internetMessageHeaders";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI graph;
    private final Publisher publisher;
    private final Checkpoints checkpoints;
    private final Object oneAtATime = new Object();

    /**
     * Connects.
     *
     * @param graph the address of Graph
     * @param pubSub host and port of Pub/Sub
     * @param topic the full name of the topic
     * @param database where checkpoints are stored
     * @throws IOException if the publisher cannot be made
     * @throws SQLException if the database refuses
     */
    public HandWrittenPath(URI graph, String pubSub, String topic, DataSource database)
            throws IOException, SQLException {
        this.graph = graph;
        this.checkpoints = new Checkpoints(database);
        this.publisher = Publisher.newBuilder(topic)
                .setChannelProvider(PublisherStubSettings.defaultGrpcTransportProviderBuilder()
                        .setEndpoint(pubSub)
                        .setChannelConfigurator(channel -> channel.usePlaintext())
                        .build())
                .setCredentialsProvider(NoCredentialsProvider.create())
                .setBatchingSettings(BatchingSettings.newBuilder()
                        .setElementCountThreshold(PubSubMessageSink.DEFAULT_BATCH_MESSAGES)
                        .setRequestByteThreshold(PubSubMessageSink.DEFAULT_BATCH_BYTES)
                        .setDelayThresholdDuration(Duration.ofMillis(PubSubMessageSink.DEFAULT_BATCH_DELAY_MS))
                        .build())
                .build();
    }

    /**
     * Crawls mailboxes to their ends, each on a thread of its own.
     *
     * @param mailboxes their names
     * @return how many messages were acknowledged
     * @throws InterruptedException if interrupted
     * @throws ExecutionException if a mailbox failed
     */
    public long run(List<String> mailboxes) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(mailboxes.size());
        try {
            List<Future<Long>> walks = new ArrayList<>();
            for (String mailbox : mailboxes) {
                walks.add(threads.submit(() -> crawl(mailbox)));
            }
            long published = 0;
            for (Future<Long> walk : walks) {
                published += walk.get();
            }
            return published;
        } finally {
            threads.shutdownNow();
        }
    }

    private long crawl(String mailbox) throws Exception {
        long published = 0;
        String link = graph + "/users/" + mailbox + "/mailFolders/inbox/messages?%24top=100&%24orderby="
                + URLEncoder.encode("receivedDateTime asc", StandardCharsets.UTF_8) + "&%24select="
                + URLEncoder.encode(SELECT, StandardCharsets.UTF_8);
        while (link != null) {
            HandMail.Page page = get(link);
            List<ApiFuture<String>> acknowledgements =
                    new ArrayList<>(page.mails().size());
            for (HandMail mail : page.mails()) {
                acknowledgements.add(publisher.publish(HandEvent.of(mailbox, mail)));
            }
            publisher.publishAllOutstanding();
            ApiFutures.allAsList(acknowledgements).get();
            published += acknowledgements.size();
            link = page.next();
            synchronized (oneAtATime) {
                checkpoints.store(mailbox, link == null ? "end" : link, published);
            }
        }
        return published;
    }

    private HandMail.Page get(String link) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(link))
                .header("Authorization", "Bearer token")
                .header("Prefer", "IdType=\"ImmutableId\"")
                .build();
        HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException("status " + response.statusCode());
            }
            return HandMail.page(body);
        }
    }

    @Override
    public void close() throws SQLException {
        publisher.shutdown();
        try {
            publisher.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        checkpoints.close();
    }
}
