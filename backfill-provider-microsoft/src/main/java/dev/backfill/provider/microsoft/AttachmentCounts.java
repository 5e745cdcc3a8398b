package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParser;
import dev.backfill.model.Attachment;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says how many requests the contents of attachments take, one each: by two pages a folder that name no more than the attachments of its
 * newest messages. The messages that Graph says have some are counted by one of them, which tells too how many each has. The other is of
 * the rest, since {@code hasAttachments} is false where all are pictures in the text, and these are opened like any other. Folders beyond
 * the largest are taken to be like them, and so are those whose pages are refused. Thread-safe.
 */
final class AttachmentCounts {
    /** How many folders are looked at: an estimate is waited for, and a mailbox may have thousands. */
    static final int MOST_FOLDERS = 20;

    private static final int SAMPLE = 100;

    /** How a page is refused by a server that does not answer such questions, or not of this folder. */
    private static final Set<SourceException.Kind> REFUSALS =
            Set.of(SourceException.Kind.SKIP_PARTITION, SourceException.Kind.FAIL_JOB);

    /** The sample must leave time for the rest of an estimate, for which somebody waits. */
    private static final Duration MOST_TIME = Duration.ofSeconds(20);

    private final GraphClient client;
    private final GraphRequests requests;
    private final ApiCalls calls;
    private final InstantSource clock;

    AttachmentCounts(GraphClient client, GraphRequests requests, ApiCalls calls, InstantSource clock) {
        this.clock = clock;
        this.client = client;
        this.requests = requests;
        this.calls = calls;
    }

    /**
     * Gives the number of contents to be opened; 0 where the server tells nothing of attachments.
     *
     * @param query says which are opened
     * @param folders what would be read
     */
    long of(MailQuery query, List<Estimator.Counted> folders) {
        List<Estimator.Counted> largest = folders.stream()
                .filter(folder -> folder.messages() > 0)
                .sorted(Comparator.comparingLong(Estimator.Counted::messages).reversed())
                .limit(MOST_FOLDERS)
                .toList();
        List<ApiRequest<Sample>> asked = new ArrayList<>();
        Instant end = clock.instant().plus(MOST_TIME);
        for (Estimator.Counted folder : largest) {
            asked.add(sample(query, folder.stretch(), true, end));
            asked.add(sample(query, folder.stretch(), false, end));
        }
        List<Outcome<Sample>> samples = calls.all(asked);
        long messages = 0;
        double contents = 0;
        for (int i = 0; i < largest.size(); i++) {
            Sample attached = told(samples.get(2 * i));
            Long count = attached == null ? null : attached.count();
            if (attached == null || count == null) {
                continue;
            }
            Sample rest = told(samples.get(2 * i + 1));
            long all = largest.get(i).messages();
            long some = Math.min(all, count);
            messages += all;
            contents += some * attached.mean(1) + (rest == null ? 0 : (all - some) * rest.mean(0));
        }
        long total = folders.stream().mapToLong(Estimator.Counted::messages).sum();
        return messages == 0 ? 0 : Math.round(contents * total / messages);
    }

    /** A page that is refused tells nothing, and keeps no other folder's from being asked for. */
    private ApiRequest<Sample> sample(MailQuery query, GraphRequests.Stretch stretch, boolean attached, Instant end) {
        ApiRequest<Sample> request = client.request(
                GraphOperations.COUNT,
                GraphErrors.Target.PAGE,
                () -> requests.attachedTo(stretch, attached, SAMPLE),
                body -> new Sample(query).read(body));
        return new ApiRequest<>(
                request.operation(),
                () -> Estimator.unlessRefused(request.body(), REFUSALS, new Sample(query)),
                () -> clock.instant().isBefore(end));
    }

    private static @Nullable Sample told(Outcome<Sample> outcome) {
        return outcome instanceof Outcome.Success<Sample> success ? success.value() : null;
    }

    /** What a page tells. Confined to one thread while it is read. */
    private static final class Sample {
        private final MailQuery query;
        private @Nullable Long count;
        private int messages;
        private long contents;

        Sample(MailQuery query) {
            this.query = query;
        }

        Sample read(InputStream body) throws IOException {
            try (JsonParser json = GraphClient.JSON.createParser(body)) {
                json.nextToken();
                JsonText.object(json, this::field);
            }
            return this;
        }

        private void field(JsonParser json, String name) throws IOException {
            switch (name) {
                case "@odata.count" -> count = JsonText.number(json);
                case "value" -> JsonText.array(json, element -> add(RawMessage.read(element).attachments));
                default -> json.skipChildren();
            }
        }

        private void add(@Nullable List<Attachment> attachments) {
            if (attachments != null) {
                messages++;
                // A link has no content to open.
                contents += attachments.stream()
                        .filter(attachment -> attachment.kind() != Attachment.Kind.REFERENCE)
                        .filter(attachment -> query.opens(attachment.sizeBytes()))
                        .count();
            }
        }

        @Nullable
        Long count() {
            return count;
        }

        /** Contents of a message; otherwise something else where the page says nothing of attachments. */
        double mean(double otherwise) {
            return messages == 0 ? otherwise : (double) contents / messages;
        }
    }
}
