package dev.backfill.core.pipeline;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.CountKind;
import dev.backfill.api.JobId;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.Replays;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the single messages on which an earlier job failed. Its partition names that job, and its position is the number of
 * the last failure row replayed. Stretches of time are windows of their own in the plan, see {@link Stretches}.
 */
final class ReplayFetcher implements PageFetcher {
    /** How many messages are asked for at once: by so many a page may hold more bytes than it should. */
    private static final int CHUNK = 20;

    private static final int ROWS_AT_ONCE = 1_000;

    private final JobStore store;
    private final JobId failedJob;
    private final Mailbox mailbox;
    private final MailQuery query;
    private final boolean changesOnly;

    /** For a partition of {@link Replays}. */
    ReplayFetcher(JobStore store, Partition partition, Mailbox mailbox, MailQuery query) {
        this.store = store;
        this.failedJob = requireNonNull(Replays.failedJob(partition.scope()));
        this.changesOnly = Replays.isOfChanges(partition.scope());
        this.mailbox = mailbox;
        this.query = query;
    }

    /**
     * What is to be walked to read all that another job failed on.
     *
     * @param partitions the plan
     * @param total how many messages that is: exactly, unless some of it are stretches of time
     */
    record Plan(List<Partition> partitions, MailEstimate total) {}

    /** Plans what another job failed on. */
    static Plan plan(JobStore store, JobId failedJob, MailQuery query) {
        return plan(store, failedJob, query, false);
    }

    /** Plans what another job failed on as a change: where all is read anew the rest is read with it. */
    static Plan planChanges(JobStore store, JobId failedJob, MailQuery query) {
        return plan(store, failedJob, query, true);
    }

    private static Plan plan(JobStore store, JobId failedJob, MailQuery query, boolean changesOnly) {
        Stretches stretches = new Stretches(query, Stretches.MOST);
        long messages = 0;
        boolean exact = true;
        List<FailureRecord> rows = store.failures(failedJob, 0, ROWS_AT_ONCE);
        while (!rows.isEmpty()) {
            for (FailureRecord row : rows) {
                if (changesOnly && !row.ref().isOfChange()) {
                    continue;
                }
                messages++;
                if (row.ref().messageId() == null) {
                    exact = false;
                    stretches.add(row.ref());
                }
            }
            rows = store.failures(failedJob, rows.get(rows.size() - 1).number(), ROWS_AT_ONCE);
        }
        requireKnown(store, failedJob);
        List<Partition> partitions = new ArrayList<>();
        partitions.add(changesOnly ? Replays.changes(failedJob) : Replays.all(failedJob));
        partitions.addAll(stretches.windows());
        CountKind kind = exact ? CountKind.EXACT : CountKind.ESTIMATE;
        return new Plan(partitions, new MailEstimate(messages, kind, messages, messages));
    }

    /** True for what is walked because an earlier job failed on it: single messages, or a stretch of time. */
    static boolean isReplay(Partition partition) {
        return Replays.failedJob(partition.scope()) != null || Stretches.isOne(partition);
    }

    @Override
    public PageEnd fetch(Position position, PageLimit limit, PageBuffer buffer) {
        // The bound is kept here, chunk by chunk: a replay cannot be broken off.
        buffer.acceptAll();
        long last = position.isStart() ? 0 : Long.parseLong(position.value());
        int entries = 0;
        while (entries < limit.messages() && buffer.bytes() < limit.bytes()) {
            List<FailureRecord> rows = store.failures(failedJob, last, Math.min(CHUNK, limit.messages() - entries));
            if (rows.isEmpty()) {
                requireKnown(store, failedJob);
                return PageEnd.last(entries, 0, null);
            }
            List<FailureRef> refs = rows.stream()
                    .map(FailureRecord::ref)
                    .filter(ref -> ref.messageId() != null && (!changesOnly || ref.isOfChange()))
                    .toList();
            for (FailureRef ref : refs) {
                buffer.metIn(ref.metIn(), requireNonNull(ref.messageId()));
            }
            if (!refs.isEmpty()) {
                mailbox.replay(query, refs, keepingMarks(refs, buffer));
            }
            // An item a message, so that a provider that leaves one out is found.
            entries += refs.size();
            last = rows.get(rows.size() - 1).number();
        }
        return PageEnd.more(new Position(Long.toString(last)), entries, 0);
    }

    /** What fails once more is still what it was, a change or none. */
    private static PageWriter keepingMarks(List<FailureRef> refs, PageWriter writer) {
        Set<String> changes = refs.stream()
                .filter(FailureRef::isOfChange)
                .map(ref -> requireNonNull(ref.messageId()))
                .collect(Collectors.toSet());
        return item -> writer.write(
                item instanceof PageItem.Failed failed
                                && changes.contains(failed.ref().messageId())
                        ? new PageItem.Failed(failed.ref().ofChange(), failed.kind(), failed.reason())
                        : item);
    }

    /** A job that is too old is forgotten with its failures: then no more rows do not mean that all were read. */
    private static void requireKnown(JobStore store, JobId failedJob) {
        if (store.find(failedJob).isEmpty()) {
            throw SourceException.of(
                            SourceException.Kind.FAIL_JOB, SourceException.Scope.PARTITION, "FAILURES_FORGOTTEN")
                    .build("Job " + failedJob + ", whose failures were to be read again, is forgotten by now. Read its"
                            + " whole range once more with a new job.");
        }
    }
}
