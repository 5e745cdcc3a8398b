package dev.backfill.core.pipeline;

import dev.backfill.api.JobId;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages on which an earlier job failed. Its partition names that job, and its position is the number of the last
 * failure row replayed.
 */
final class ReplayFetcher implements PageFetcher {
    private static final String PREFIX = "failures:";

    private final JobStore store;
    private final JobId failedJob;
    private final Mailbox mailbox;
    private final MailQuery query;

    ReplayFetcher(JobStore store, JobId failedJob, Mailbox mailbox, MailQuery query) {
        this.store = store;
        this.failedJob = failedJob;
        this.mailbox = mailbox;
        this.query = query;
    }

    /** The partition of another job's failures. */
    static Partition partition(JobId failedJob) {
        return Partition.window(PREFIX + failedJob, null, null);
    }

    /** The job whose failures a partition holds; null for a partition of the provider's. */
    static @Nullable JobId failedJob(Partition partition) {
        String scope = partition.scope();
        return scope.startsWith(PREFIX) ? new JobId(scope.substring(PREFIX.length())) : null;
    }

    @Override
    public PageEnd fetch(Position position, PageLimit limit, PageBuffer buffer) {
        long after = position.isStart() ? 0 : Long.parseLong(position.value());
        List<FailureRecord> rows = store.failures(failedJob, after, limit.messages());
        if (rows.isEmpty()) {
            return PageEnd.last(0, 0, null);
        }
        List<FailureRef> refs = rows.stream().map(FailureRecord::ref).toList();
        // A reference may stand for a stretch of many messages.
        buffer.acceptAll();
        mailbox.replay(query, refs, buffer);
        // An item a message, so that a provider that leaves one out is found; only a stretch holds nobody knows how
        // many.
        long last = rows.get(rows.size() - 1).number();
        return PageEnd.more(new Position(Long.toString(last)), entries(refs, buffer), 0);
    }

    private static int entries(List<FailureRef> refs, PageBuffer buffer) {
        boolean onlyMessages = refs.stream().allMatch(ref -> ref.messageId() != null);
        return onlyMessages ? refs.size() : buffer.items().size();
    }
}
