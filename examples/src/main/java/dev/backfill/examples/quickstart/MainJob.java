package dev.backfill.examples.quickstart;

import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.SinkException;
import java.io.PrintStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The main job end to end: servers, engine, jobs, what arrived, and what there is to say of it. */
final class MainJob {
    private static final UserId USER = UserId.of("quickstart");
    private static final long REDRAW_MILLIS = 500;

    private final Options options;
    private final Map<String, String> environment;
    private final InMemoryJobStore store = new InMemoryJobStore();
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
        if (options.json() != null) {
            SummaryWriter.requireWritable(options.json());
        }
        AccessTokens tokens =
                options.tokenFile() == null ? () -> "quickstart-token" : new TokenFile(options.tokenFile());
        for (Provider provider : options.providers()) {
            URI url = options.urlOf(provider);
            if (url != null) {
                ServerCheck.requireAnswer(provider.urlArgument(), url);
            }
        }
        try (MailServers servers = MailServers.start(options);
                PubSubPlace place = PubSubPlace.open(environment);
                Arrivals arrivals = new Arrivals(options.providers(), servers, options.out())) {
            describe(place);
            try (Puller puller = Puller.start(place, arrivals);
                    BackfillManager manager = manager(servers, place, tokens)) {
                UserJobs jobs = manager.forUser(USER);
                Map<Provider, JobId> started = run(jobs, manager, puller);
                arrivals.requireWritten();
                return new JobReport(options, servers, arrivals, jobs, store, out, err).print(started);
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
                Backfill.builder().accessTokens(account -> tokens).store(store).settings("pubsub", place.settings());
        options.providers().forEach(provider -> builder.settings(provider.id(), servers.settings(provider)));
        try {
            return builder.build();
        } catch (BackfillException | SinkException cannotStart) {
            throw UserMistake.failed(String.valueOf(cannotStart.getMessage()));
        }
    }

    private Map<Provider, JobId> run(UserJobs jobs, BackfillManager manager, Puller puller)
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
        return started;
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
}
