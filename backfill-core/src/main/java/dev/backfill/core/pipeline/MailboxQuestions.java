package dev.backfill.core.pipeline;

import dev.backfill.api.JobId;
import dev.backfill.api.Mode;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Replays;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run asks its mailbox besides pages, each on a thread of its own with the answer in the inbox, so that the run's
 * thread never waits for a provider. Confined to the run's thread.
 */
final class MailboxQuestions {
    private static final Logger LOG = LoggerFactory.getLogger(MailboxQuestions.class);

    private final Mailbox mailbox;
    private final JobStore store;
    private final RunTasks tasks;
    private final RunInbox inbox;
    private final JobRecord row;
    private final InstantSource clock;
    private volatile MailQuery query;

    MailboxQuestions(
            Mailbox mailbox, JobStore store, JobRecord row, InstantSource clock, RunTasks tasks, RunInbox inbox) {
        this.mailbox = mailbox;
        this.store = store;
        this.tasks = tasks;
        this.inbox = inbox;
        this.row = row;
        this.clock = clock;
        this.query = JobQueries.of(row.request(), row.upperBound(), clock);
    }

    MailQuery query() {
        return query;
    }

    /** Where the pages of a partition come from. */
    PageFetcher fetcherOf(Partition partition) {
        JobId failedJob = Replays.failedJob(partition.scope());
        if (failedJob != null) {
            return new ReplayFetcher(store, partition, mailbox, query);
        }
        boolean again = Rewalk.isOne(partition);
        return (position, limit, buffer) ->
                mailbox.fetch(query, partition, position, limit, again ? Rewalk.updating(buffer) : buffer);
    }

    void open() {
        ask(() -> new RunInbox.Opened(mailbox.key()));
    }

    /**
     * Asks for the first plan of a job.
     *
     * @param opened the job, its mailbox known
     */
    void plan(JobRecord opened) {
        JobId failedJob = row.retryOf();
        FirstPlan first = new FirstPlan(mailbox, store, opened, this::upTo);
        if (failedJob != null) {
            ask(() -> {
                ReplayFetcher.Plan replay = ReplayFetcher.plan(store, failedJob, query);
                inbox.put(new RunInbox.Estimated(replay.total()));
                return new RunInbox.Planned(replay.partitions());
            });
        } else if (JobQueries.isEmpty(query)) {
            inbox.put(new RunInbox.Planned(List.of()));
        } else if (row.request().mode() == Mode.INCREMENTAL) {
            ask(() -> first.incremental(query));
        } else {
            ask(() -> first.everything(query));
        }
    }

    /**
     * Hears that the job goes on where another ended: its windows and its marks meet at that one's end of received time.
     *
     * @param upperBound the other's frozen end; what came since its marks tell
     */
    void goOnUpTo(@Nullable Instant upperBound) {
        query = upTo(upperBound);
    }

    private MailQuery upTo(@Nullable Instant upperBound) {
        return JobQueries.of(row.request(), upperBound, clock);
    }

    /** Since when deletions are unknown if a scope's changes are lost: a time before its mark was taken. */
    Instant beforePins(JobRecord opened) {
        Baseline baseline = EarlierJobs.of(opened, store).baseline();
        if (baseline != null) {
            return baseline.before();
        }
        Instant started = opened.times().started();
        Instant since = started != null ? started : opened.times().created();
        // Where it goes on for another, that one's marks are as old as its frozen end, which is the next whole second
        // or before.
        Instant end = query.to().minusSeconds(1);
        return Unfinished.isContinuedBy(opened.notes()) && end.isBefore(since) ? end : since;
    }

    /** Asks for what costs the provider least, to tell an outage from a part of the mailbox that it does not answer for. */
    void askWhetherItAnswers() {
        ask(() -> {
            mailbox.key();
            return new RunInbox.Answered();
        });
    }

    void planDrain(Map<String, String> pins) {
        ask(() -> new RunInbox.DrainPlanned(mailbox.planChanges(query, pins)));
    }

    /** Asks for what changed since the pins in the middle of the walk. */
    void planCatchUp(Map<String, String> pins) {
        ask(() -> new RunInbox.CatchUpPlanned(mailbox.planChanges(query, pins)));
    }

    /** A total is a comfort: where it cannot be had the job goes on without. */
    void estimate() {
        if (JobQueries.isEmpty(query)) {
            inbox.put(new RunInbox.Estimated(JobQueries.nothing()));
            return;
        }
        tasks.start(() -> {
            try {
                inbox.put(new RunInbox.Estimated(mailbox.count(query)));
            } catch (SourceException unknown) {
                LOG.debug("the total stays unknown: {}", unknown.code());
            }
        });
    }

    private void ask(Question question) {
        tasks.start(() -> {
            RunInbox.Event answer;
            try {
                answer = question.ask();
            } catch (RuntimeException failed) {
                answer = new RunInbox.AskFailed(failed);
            } catch (Error fatal) {
                // The run must hear of it, or its job would wait for an answer for ever.
                inbox.put(new RunInbox.AskFailed(fatal));
                throw fatal;
            }
            inbox.put(answer);
        });
    }

    private interface Question {
        RunInbox.Event ask();
    }
}
