package dev.backfill.provider.microsoft;

import dev.backfill.spi.SourceException;
import java.util.List;

/**
 * Tells messages that the service cannot give from a service that gives nothing for a while, which says the same of each: before
 * all of a set are believed to be bad, the inbox is asked for, the cheapest there is. Thread-safe.
 */
final class Outages {
    private static final String INBOX = "inbox";

    private final GraphClient client;
    private final GraphRequests requests;

    Outages(GraphClient client, GraphRequests requests) {
        this.client = client;
        this.requests = requests;
    }

    /**
     * Looks whether the service answers, if of a set of messages none came and some were not answered for.
     *
     * @param asked how many messages were asked for
     * @param failures why messages failed
     * @throws SourceException if the service answers nothing else either; then nothing is known of the messages
     */
    void rule(int asked, List<SourceException> failures) {
        boolean someCame = failures.size() < asked;
        if (someCame || failures.stream().noneMatch(Outages::isUnanswered)) {
            return;
        }
        try {
            client.call(
                    GraphOperations.FOLDER, GraphErrors.Target.FOLDER, () -> requests.folder(INBOX), FolderJson::one);
        } catch (SourceException error) {
            // Whoever may not see the inbox got an answer.
            if (error.kind() != SourceException.Kind.SKIP_PARTITION) {
                throw error;
            }
        }
    }

    private static boolean isUnanswered(SourceException error) {
        return switch (error.kind()) {
            case RETRY, RETRY_SMALLER -> true;
            default -> false;
        };
    }
}
