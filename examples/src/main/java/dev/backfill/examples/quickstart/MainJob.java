package dev.backfill.examples.quickstart;

import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.Estimate;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.SinkException;
import dev.backfill.testkit.mail.StoredMail;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** The main job end to end: servers, engine, jobs, what arrived, and what there is to say of it. */
final class MainJob {
    private static final double MILLIS = 1_000;

    private final InstantSource clock = InstantSource.system();
    private final Options options;
    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;

    MainJob(Options options, Map<String, String> environment, PrintStream out, PrintStream err, boolean terminal) {
        this.options = options;
        this.environment = environment;
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    /** True if every job completed and what was to be verified holds. */
    boolean run() throws UserMistake, InterruptedException {
        NamedFiles.check(options);
        Variables.check(environment);
        HeapRoom.require(options, Runtime.getRuntime().maxMemory());
        AccessTokens tokens =
                options.tokenFile() == null ? () -> "quickstart-token" : new TokenFile(options.tokenFile());
        for (Provider provider : options.providers()) {
            URI url = options.urlOf(provider);
            if (url != null) {
                ServerCheck.requireAnswer(provider, url, tokens);
            }
        }
        List<StoredMail> realMail = MailServers.readMail(options);
        try (HeapPeak heap = HeapPeak.start();
                JobsPlace kept = JobsPlace.open(options.store(), options.mailMark())) {
            requireSameJobs(kept);
            return run(tokens, realMail, kept, heap);
        }
    }

    private boolean run(AccessTokens tokens, @Nullable List<StoredMail> realMail, JobsPlace kept, HeapPeak heap)
            throws UserMistake, InterruptedException {
        try (MailServers servers = prepare(realMail);
                PubSubPlace place = PubSubPlace.open(environment, kept.run(), !kept.isDurable());
                Arrivals arrivals = new Arrivals(options.providers(), servers, options.out())) {
            describe(place);
            try (BackfillManager manager = manager(kept, servers, place, tokens)) {
                UserJobs jobs = manager.forUser(kept.user());
                if (options.estimate()) {
                    estimate(jobs);
                    return true;
                }
                Map<Provider, JobId> started = run(jobs, manager, kept, place, arrivals, heap);
                arrivals.requireWritten();
                JobReport report = new JobReport(options, servers, arrivals, jobs, kept, heap, out, err);
                return ended(report.print(started), kept, place);
            }
        }
    }

    /** Starts the servers, and says so when it may take long, and how long it took. */
    private MailServers prepare(@Nullable List<StoredMail> realMail) throws UserMistake {
        if (options.providers().stream().noneMatch(provider -> options.urlOf(provider) == null)) {
            return MailServers.start(options, realMail);
        }
        out.print(
                realMail == null
                        ? String.format(
                                Locale.ROOT,
                                "Preparing %,d generated messages for each provider ... ",
                                options.messages())
                        : String.format(Locale.ROOT, "Preparing %,d messages ... ", realMail.size()));
        out.flush();
        Instant began = clock.instant();
        String took = "stopped";
        try {
            MailServers servers = MailServers.start(options, realMail);
            took = String.format(
                    Locale.ROOT,
                    "%.1f s",
                    Duration.between(began, clock.instant()).toMillis() / MILLIS);
            return servers;
        } finally {
            out.println(took);
        }
    }

    /** A run that is kept in a store leaves its topic to whoever looks into why it is not done. */
    private boolean ended(boolean good, JobsPlace kept, PubSubPlace place) {
        if (kept.isDurable() && good) {
            place.endRun();
        } else if (kept.isDurable() && place.isElsewhere()) {
            out.println("Topic and subscription stay: " + place.subscriptionName());
        }
        return good;
    }

    /** What a killed run left is carried on by the command that began it, and by no other. */
    private void requireSameJobs(JobsPlace kept) throws UserMistake {
        if (!kept.carriesOn()) {
            return;
        }
        for (Map.Entry<Provider, JobRecord> begun : kept.begun().entrySet()) {
            Provider provider = begun.getKey();
            if (!kept.isOfSameMail()
                    || !options.providers().contains(provider)
                    || !begun.getValue().request().equals(asStored(begun.getValue(), provider))) {
                throw UserMistake.failed("--store: it holds an unfinished job of " + provider.title()
                        + " that was started with other arguments; give those again, or name another store");
            }
        }
        if (options.verify() && Variables.emulator(environment) == null) {
            throw UserMistake.failed("--verify: what the killed run published is gone with the Pub/Sub in its process;"
                    + " set PUBSUB_EMULATOR_HOST to one that outlives it, or name another --store");
        }
        out.println("Carries on with what is in the store");
    }

    /** The engine fills in what a request leaves open. */
    private BackfillRequest asStored(JobRecord stored, Provider provider) {
        return request(provider).withDefaults(stored.batchSize(), stored.rateLimit());
    }

    private void describe(PubSubPlace place) {
        String mail = options.mail() == null
                ? String.format(
                        Locale.ROOT, "%,d generated messages a mailbox, seed %d", options.messages(), options.seed())
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

    private BackfillManager manager(JobsPlace kept, MailServers servers, PubSubPlace place, AccessTokens tokens)
            throws UserMistake {
        BackfillBuilder builder = Backfill.builder()
                .environment(environment::get)
                .accessTokens(account -> tokens)
                .settings("pubsub", place.settings());
        kept.into(builder);
        options.providers().forEach(provider -> builder.settings(provider.id(), servers.settings(provider)));
        try {
            return builder.build();
        } catch (BackfillException | SinkException cannotStart) {
            throw UserMistake.failed(String.valueOf(cannotStart.getMessage()));
        }
    }

    private Map<Provider, JobId> run(
            UserJobs jobs, BackfillManager manager, JobsPlace kept, PubSubPlace place, Arrivals arrivals, HeapPeak heap)
            throws UserMistake, InterruptedException {
        Semaphore ended = new Semaphore(0);
        manager.addListener(event -> {
            if (event.job().state().isTerminal()) {
                ended.release();
            }
        });
        // What a run takes out of a subscription that outlives it would be missing at the end of the last one.
        boolean outlives = kept.isDurable() && place.isElsewhere();
        @Nullable Puller early = outlives ? null : Puller.start(place, arrivals);
        try {
            Map<Provider, JobId> started = start(jobs, kept);
            List<BackfillJob> last = new JobWatch(jobs, new JobDisplay(out, terminal, clock), err, heap)
                    .untilAllEnded(started.values(), ended);
            try (Puller puller = early == null ? Puller.start(place, arrivals) : early) {
                puller.finish(last.stream()
                        .mapToLong(job -> job.progress().published())
                        .sum());
            }
            return started;
        } finally {
            if (early != null) {
                early.close();
            }
        }
    }

    private Map<Provider, JobId> start(UserJobs jobs, JobsPlace kept) throws UserMistake {
        Map<Provider, JobRecord> begun = kept.begun();
        Map<Provider, JobId> started = new LinkedHashMap<>();
        for (Provider provider : options.providers()) {
            JobRecord before = begun.get(provider);
            started.put(provider, before == null ? start(jobs, provider) : before.id());
            if (before != null && before.state() == JobState.PAUSED) {
                jobs.resume(before.id());
            }
        }
        return started;
    }

    private JobId start(UserJobs jobs, Provider provider) throws UserMistake {
        try {
            return jobs.start(request(provider)).id();
        } catch (BackfillException refused) {
            throw UserMistake.failed(provider.title() + ": " + refused.getMessage());
        }
    }

    private void estimate(UserJobs jobs) throws UserMistake {
        Map<Provider, Estimate> estimates = new LinkedHashMap<>();
        for (Provider provider : options.providers()) {
            try {
                estimates.put(provider, jobs.estimate(request(provider)));
            } catch (BackfillException refused) {
                throw UserMistake.failed(provider.title() + ": " + options.named(String.valueOf(refused.getMessage())));
            }
        }
        EstimateTable.print(estimates, out);
    }

    private BackfillRequest request(Provider provider) {
        return BackfillRequest.builder(provider.id(), "me")
                .folders(options.folders())
                .from(options.from())
                .to(options.to())
                .includeDeleted(options.includeDeleted())
                .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                .dailyShare(provider == Provider.GOOGLE ? options.dailyShare() : null)
                .build();
    }
}
