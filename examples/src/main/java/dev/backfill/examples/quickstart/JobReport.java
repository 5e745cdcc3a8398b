package dev.backfill.examples.quickstart;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserJobs;
import dev.backfill.core.EngineConfig;
import dev.backfill.spi.JobRecord;
import dev.backfill.testkit.mail.ManifestFinding;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What there is to say of ended jobs: the table, the failures by reason, and what {@code --verify} found. */
final class JobReport {
    /** Partitions at once, times pages of each that may wait: see docs/embedding.md. */
    private static final long UNACKNOWLEDGED_PAGES = 4L * EngineConfig.DEFAULT_MAX_UNACKNOWLEDGED_PAGES;

    private final Options options;
    private final MailServers servers;
    private final Arrivals arrivals;
    private final UserJobs jobs;
    private final JobsPlace kept;
    private final HeapPeak heap;
    private final PrintStream out;
    private final PrintStream err;

    JobReport(
            Options options,
            MailServers servers,
            Arrivals arrivals,
            UserJobs jobs,
            JobsPlace kept,
            HeapPeak heap,
            PrintStream out,
            PrintStream err) {
        this.options = options;
        this.servers = servers;
        this.arrivals = arrivals;
        this.jobs = jobs;
        this.kept = kept;
        this.heap = heap;
        this.out = out;
        this.err = err;
    }

    /** Prints all; true if every job completed and what was to be verified holds. */
    boolean print(Map<Provider, JobId> started) throws UserMistake {
        List<RunSummary> rows = new ArrayList<>();
        started.forEach((provider, id) ->
                rows.add(RunSummary.of(jobs.status(id), arrivals.distinct(provider), heap.mebibytes())));
        rows.add(RunSummary.all(rows));
        SummaryWriter.print(rows, out);
        if (options.json() != null) {
            SummaryWriter.write(rows, options.json());
        }
        boolean good = true;
        for (Map.Entry<Provider, JobId> entry : started.entrySet()) {
            good &= explain(entry.getKey(), jobs.status(entry.getValue()));
        }
        return good;
    }

    private boolean explain(Provider provider, BackfillJob job) {
        String title = provider.title();
        if (job.failureCode() != null) {
            complain(title + " failed, " + job.failureCode() + ": "
                    + options.named(String.valueOf(job.failureMessage()))
                    + (options.verify() ? " NOT verified" : ""));
        }
        job.notes().forEach(note -> out.println(title + " note: " + note.code() + " " + note.detail()));
        Set<String> future = future(provider, job);
        if (!future.isEmpty()) {
            out.println(title + " note: " + future.size() + (future.size() == 1 ? " message" : " messages")
                    + " dated after the job began, left to the future");
        }
        FailureRows failures = FailureRows.of(jobs, job.id());
        failures.byReason().forEach((reason, count) -> out.println(title + " failures: " + count + " x " + reason));
        boolean holds = !options.verify() || verified(provider, job, failures, future);
        return holds && job.state() == JobState.COMPLETED;
    }

    private boolean verified(Provider provider, BackfillJob job, FailureRows failures, Set<String> future) {
        if (job.state() != JobState.COMPLETED) {
            return unfinished(provider, job, arrivals.findings(provider, future));
        }
        Verdict verdict = arrivals.isCompared(provider)
                ? Verdict.byManifest(
                        arrivals.findings(provider, future),
                        failures,
                        options.mail() != null,
                        arrivals.distinct(provider),
                        mayDouble(job))
                : Verdict.byCount(
                        job.progress().published(),
                        arrivals.received(provider),
                        arrivals.distinct(provider),
                        mayDouble(job));
        if (verdict.holds()) {
            out.println(provider.title() + " " + verdict.line());
        } else {
            complain(provider.title() + " " + verdict.line());
            verdict.details().forEach(detail -> err.println("  " + detail));
        }
        return verdict.holds();
    }

    /** That a job which failed left mail out needs no second line; what is wrong with the rest does. */
    private boolean unfinished(Provider provider, BackfillJob job, List<ManifestFinding> findings) {
        Verdict verdict = Verdict.ofUnfinished(findings);
        if (job.failureCode() == null || !verdict.details().isEmpty()) {
            complain(provider.title() + " " + verdict.line());
            verdict.details().forEach(detail -> err.println("  " + detail));
        }
        return false;
    }

    /** Each time a job was cut off, what no checkpoint knew comes again; of a job that was not, nothing does. */
    private long mayDouble(BackfillJob job) {
        return kept.store()
                .find(job.id())
                .map(row -> kept.takenUpAgain(row) * UNACKNOWLEDGED_PAGES * row.batchSize())
                .orElse(0L);
    }

    /** Goes where programs look for complaints, after all that was said before. */
    private void complain(String line) {
        out.flush();
        err.println("quickstart: " + line);
    }

    /**
     * The messages of a built-in server that are dated behind the job's frozen end: not history, so not the job's. Mail of
     * before the job's making always is, whatever the job froze; and so is all that Gmail has, which knows no end where the user
     * named none.
     */
    private Set<String> future(Provider provider, BackfillJob job) {
        BuiltInMailbox mailbox = servers.mailbox(provider);
        if (mailbox == null || (provider == Provider.GOOGLE && options.to() == null)) {
            return Set.of();
        }
        Instant end = kept.store().find(job.id()).map(JobRecord::upperBound).orElse(null);
        return mailbox.idsSince(later(end, job.createdAt()));
    }

    private static Instant later(@Nullable Instant one, Instant other) {
        return one == null || one.isBefore(other) ? other : one;
    }
}
