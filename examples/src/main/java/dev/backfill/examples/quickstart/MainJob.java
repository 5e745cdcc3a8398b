package dev.backfill.examples.quickstart;

import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobFailure;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.SinkException;
import dev.backfill.testkit.mail.ManifestFinding;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The main job end to end: servers, engine, jobs, what arrived, and what there is to say of it. */
final class MainJob {
    private static final UserId USER = UserId.of("quickstart");
    private static final long REDRAW_MILLIS = 500;
    private static final int FINDINGS_SHOWN = 20;
    private static final long MEBIBYTE = 1L << 20;

    private final Options options;
    private final Map<String, String> environment;
    private final PrintStream out;
    private final boolean terminal;

    MainJob(Options options, Map<String, String> environment, PrintStream out, boolean terminal) {
        this.options = options;
        this.environment = environment;
        this.out = out;
        this.terminal = terminal;
    }

    /** True if every job completed and what was to be verified holds. */
    boolean run() throws UserMistake, InterruptedException {
        if (options.json() != null) {
            SummaryWriter.requireWritable(options.json());
        }
        AccessTokens tokens =
                options.tokenFile() == null ? () -> "quickstart-token" : new TokenFile(options.tokenFile());
        try (MailServers servers = MailServers.start(options);
                PubSubPlace place = PubSubPlace.open(environment);
                Arrivals arrivals = new Arrivals(options.providers(), servers, options.out())) {
            describe(place);
            try (Puller puller = Puller.start(place, arrivals);
                    BackfillManager manager = manager(servers, place, tokens)) {
                return run(manager.forUser(USER), manager, puller, arrivals);
            }
        }
    }

    private void describe(PubSubPlace place) {
        String mail = options.mail() == null
                ? options.messages() + " generated messages a mailbox, seed " + options.seed()
                : "mail of " + options.mail();
        for (Provider provider : options.providers()) {
            out.println(provider.title() + ": "
                    + (options.urlOf(provider) == null
                            ? "built-in server with " + mail
                            : "server at " + options.urlOf(provider)));
        }
        if (options.providers().contains(Provider.GOOGLE)) {
            out.println("Gmail quota: " + options.gmailQuota()
                    + (options.gmailQuota().equals("new") ? " (300 messages a minute; --gmail-quota changes it)" : ""));
        }
        out.println("Pub/Sub: " + place.describe());
    }

    private BackfillManager manager(MailServers servers, PubSubPlace place, AccessTokens tokens) throws UserMistake {
        BackfillBuilder builder =
                Backfill.builder().accessTokens(account -> tokens).settings("pubsub", place.settings());
        options.providers().forEach(provider -> builder.settings(provider.id(), servers.settings(provider)));
        try {
            return builder.build();
        } catch (BackfillException | SinkException cannotStart) {
            throw UserMistake.failed(String.valueOf(cannotStart.getMessage()));
        }
    }

    private boolean run(UserJobs jobs, BackfillManager manager, Puller puller, Arrivals arrivals)
            throws UserMistake, InterruptedException {
        Semaphore ended = new Semaphore(0);
        manager.addListener(event -> {
            if (event.job().state().isTerminal()) {
                ended.release();
            }
        });
        Map<Provider, JobId> started = new LinkedHashMap<>();
        for (Provider provider : options.providers()) {
            started.put(provider, start(jobs, provider));
        }
        List<BackfillJob> last = watch(jobs, started, ended);
        puller.finish(last.stream().mapToLong(job -> job.progress().published()).sum());
        arrivals.requireWritten();
        return report(jobs, started, arrivals);
    }

    private JobId start(UserJobs jobs, Provider provider) throws UserMistake {
        BackfillRequest request = BackfillRequest.builder(provider.id(), "me")
                .folders(options.folders())
                .from(options.from())
                .to(options.to())
                .includeDeleted(options.includeDeleted())
                .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                .build();
        try {
            return jobs.start(request).id();
        } catch (BackfillException refused) {
            throw UserMistake.failed(provider.title() + ": " + refused.getMessage());
        }
    }

    private List<BackfillJob> watch(UserJobs jobs, Map<Provider, JobId> started, Semaphore ended)
            throws InterruptedException {
        JobDisplay display = new JobDisplay(out, terminal);
        List<BackfillJob> now = statuses(jobs, started);
        while (!now.stream().allMatch(job -> job.state().isTerminal())) {
            display.draw(now);
            // Woken by the end of a job, else by the time for the next picture.
            boolean woken = ended.tryAcquire(REDRAW_MILLIS, TimeUnit.MILLISECONDS);
            if (woken) {
                ended.drainPermits();
            }
            now = statuses(jobs, started);
        }
        display.drawLast(now);
        return now;
    }

    private static List<BackfillJob> statuses(UserJobs jobs, Map<Provider, JobId> started) {
        return started.values().stream().map(jobs::status).toList();
    }

    private boolean report(UserJobs jobs, Map<Provider, JobId> started, Arrivals arrivals) throws UserMistake {
        List<RunSummary> rows = new ArrayList<>();
        boolean good = true;
        for (Map.Entry<Provider, JobId> entry : started.entrySet()) {
            BackfillJob job = jobs.status(entry.getValue());
            rows.add(RunSummary.of(job, arrivals.distinct(entry.getKey()), heapPeakMb()));
            good &= job.state() == JobState.COMPLETED;
        }
        rows.add(rows.size() == 1 ? rows.get(0).plus(nothing()) : rows.get(0).plus(rows.get(1)));
        SummaryWriter.print(rows, out);
        if (options.json() != null) {
            SummaryWriter.write(rows, options.json());
        }
        for (Map.Entry<Provider, JobId> entry : started.entrySet()) {
            explain(jobs, entry.getKey(), entry.getValue());
            good &= !options.verify() || verified(entry.getKey(), jobs.status(entry.getValue()), arrivals, jobs);
        }
        return good;
    }

    private static RunSummary nothing() {
        return new RunSummary("", 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private void explain(UserJobs jobs, Provider provider, JobId id) {
        BackfillJob job = jobs.status(id);
        if (job.failureCode() != null) {
            out.println(provider.title() + " failed, " + job.failureCode() + ": " + job.failureMessage());
        }
        job.notes().forEach(note -> out.println(provider.title() + " note: " + note.code() + " " + note.detail()));
        Map<String, Integer> reasons = new TreeMap<>();
        for (JobFailure failure :
                jobs.failures(id, PageRequest.first(PageRequest.MAX_LIMIT)).items()) {
            reasons.merge(failure.stage() + " " + failure.reason(), 1, Integer::sum);
        }
        reasons.forEach((reason, count) -> out.println(provider.title() + " failures: " + count + " x " + reason));
    }

    private boolean verified(Provider provider, BackfillJob job, Arrivals arrivals, UserJobs jobs) {
        if (!arrivals.isCompared(provider)) {
            boolean whole = arrivals.distinct(provider) == job.progress().published()
                    && arrivals.received(provider) == arrivals.distinct(provider);
            out.println(provider.title() + (whole ? " verified" : " NOT verified")
                    + " by count only, since this server's mail is not known here: " + arrivals.received(provider)
                    + " arrived, " + arrivals.distinct(provider) + " distinct, "
                    + job.progress().published()
                    + " published");
            return whole;
        }
        List<ManifestFinding> findings = new ArrayList<>(arrivals.findings(provider));
        // A message with a failure row is accounted for: it did not arrive, and the job says why.
        List<String> failed = jobs.failures(job.id(), PageRequest.first(PageRequest.MAX_LIMIT)).items().stream()
                .map(failure -> String.valueOf(failure.messageId()))
                .toList();
        findings.removeIf(
                finding -> finding.kind() == ManifestFinding.Kind.MISSING && failed.contains(finding.messageId()));
        out.println(provider.title()
                + (findings.isEmpty() ? " verified" : " NOT verified: " + findings.size() + " findings")
                + ", every field of " + arrivals.distinct(provider) + " messages compared");
        findings.stream().limit(FINDINGS_SHOWN).forEach(finding -> out.println("  " + finding));
        return findings.isEmpty();
    }

    private static long heapPeakMb() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .map(MemoryPoolMXBean::getPeakUsage)
                        .mapToLong(usage -> usage.getUsed())
                        .sum()
                / MEBIBYTE;
    }
}
