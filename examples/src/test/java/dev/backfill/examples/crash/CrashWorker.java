package dev.backfill.examples.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobId;
import dev.backfill.api.Mode;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.EngineConfig;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.StaleLeaseException;
import dev.backfill.store.jdbc.JdbcPersistence;
import dev.backfill.testkit.Interposed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * One instance in a process of its own. Its arguments are names and values, {@code name=value}; it says what happens in lines
 * that begin with {@code @}, and does what the lines of its input say: {@code start ACCOUNT},
 * {@code changes ACCOUNT} (since the last job), {@code pause JOB},
 * {@code resume JOB}, {@code cancel JOB}, {@code retry JOB}, {@code status JOB}, {@code write JOB EPOCH} (as whoever claimed it
 * then), {@code trap} (see {@link Trap}). It ends with its input.
 */
final class CrashWorker {
    static final UserId USER = UserId.of("ann");

    private final Map<String, String> arguments;
    private final JobStore store;
    private final Trap trap;
    private final UserJobs jobs;

    private CrashWorker(Map<String, String> arguments, JobStore store, Trap trap, BackfillManager manager) {
        this.arguments = arguments;
        this.store = store;
        this.trap = trap;
        this.jobs = manager.forUser(USER);
    }

    /**
     * Runs an instance until its input ends.
     *
     * @param args {@code instance}, {@code store} (a file, or {@code jdbc:...}), {@code gmail}, {@code graph} (for
     *     {@code provider=microsoft}), {@code pubsub}, {@code topic},
     *     {@code batch}, {@code rate}, {@code heartbeat} (ms; empty for the default of it and of {@code missed}),
     *     {@code missed}, {@code slots}, {@code halt}, {@code token}, {@code attachments} (true for their contents too)
     */
    public static void main(String[] args) throws IOException {
        Map<String, String> arguments = new HashMap<>();
        for (String arg : args) {
            String[] words = arg.split("=", 2);
            arguments.put(words[0], words[1]);
        }
        Trap trap = new Trap(CrashWorker::tell);
        try (Persistence store = store(arguments);
                BackfillManager manager = manager(arguments, store, trap);
                BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            tell("@ready");
            CrashWorker worker = new CrashWorker(arguments, store.jobs(), trap, manager);
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                worker.obey(line.split(" "));
            }
        }
        System.exit(0); // the vendors' libraries leave threads behind
    }

    private static Persistence store(Map<String, String> arguments) {
        String place = arguments.get("store");
        boolean shared = place.startsWith("jdbc:");
        JdbcPersistence.Builder builder = shared
                ? JdbcPersistence.dataSource(pool(place, slots(arguments)))
                : JdbcPersistence.file(Path.of(place));
        String heartbeat = arguments.getOrDefault("heartbeat", "");
        if (!heartbeat.isEmpty()) {
            builder.heartbeat(Duration.ofMillis(Long.parseLong(heartbeat)))
                    .missedHeartbeats(Integer.parseInt(arguments.getOrDefault("missed", "4")));
        }
        Persistence store = builder.open();
        JobStore watched =
                WatchedStore.of(store.jobs(), Halt.parse(arguments.getOrDefault("halt", "")), CrashWorker::tell);
        return Interposed.between(
                Persistence.class, store, (method, given, real) -> method.equals("jobs") ? watched : real.call(given));
    }

    private static int slots(Map<String, String> arguments) {
        return Integer.parseInt(arguments.getOrDefault("slots", "5"));
    }

    /** As docs/durable-jobs.md asks for; gives up soon where the database is away: an engine tries again by itself. */
    private static HikariDataSource pool(String url, int slots) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(2 * slots + 5);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(2_000);
        config.setValidationTimeout(1_000);
        return new HikariDataSource(config);
    }

    private static BackfillManager manager(Map<String, String> arguments, Persistence store, Trap trap) {
        String instance = arguments.get("instance");
        MessageSink sink = ServiceLoader.load(MessageSink.class, CrashWorker.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(found -> found.sinkId().equals("pubsub"))
                .findFirst()
                .orElseThrow();
        String graph = arguments.get("graph");
        return Backfill.builder()
                .settings("microsoft", graph == null ? Map.of() : Map.of("base-url", graph))
                .accessTokens(account -> {
                    tell("@tokens " + account.account());
                    return () -> arguments.getOrDefault("token", "token-of-" + instance);
                })
                .sink(WatchedSink.of(sink, trap, CrashWorker::tell))
                .sinkId(WatchedSink.ID)
                .settings(
                        WatchedSink.ID,
                        Map.of(
                                "project",
                                "p",
                                "topic",
                                arguments.get("topic"),
                                "emulator-host",
                                arguments.get("pubsub")))
                .settings("google", Map.of("root-url", arguments.get("gmail"), "quota", "off"))
                .config(EngineConfig.builder()
                        .instanceName(instance)
                        .sourceService(instance)
                        .maxConcurrentJobs(slots(arguments))
                        .build())
                .store(store)
                .listener(CrashWorker::hear)
                .build();
    }

    private static void hear(JobEvent event) {
        if (event instanceof JobEvent.StateChanged) {
            tell("@state " + line(event.job()));
        }
    }

    /** What the tests read of a job: its id, state, listed, published, skipped, failed messages. */
    private static String line(BackfillJob job) {
        return job.id() + " " + job.state() + " " + job.progress().listed() + " "
                + job.progress().published() + " " + job.progress().skipped() + " "
                + job.progress().failed();
    }

    private void obey(String[] words) {
        try {
            switch (words[0]) {
                case "start" -> start(words[1], Mode.FULL);
                case "changes" -> start(words[1], Mode.INCREMENTAL);
                case "pause" -> tell("@paused " + line(jobs.pause(new JobId(words[1]))));
                case "resume" -> tell("@resumed " + line(jobs.resume(new JobId(words[1]))));
                case "cancel" -> tell("@cancelled " + line(jobs.cancel(new JobId(words[1]))));
                case "retry" ->
                    tell("@retries " + jobs.retryFailures(new JobId(words[1])).id());
                case "status" -> tell("@status " + line(jobs.status(new JobId(words[1]))));
                case "write" -> write(new JobId(words[1]), Long.parseLong(words[2]));
                case "trap" -> trap.set();
                default -> tell("@error unknown command");
            }
        } catch (BackfillException refused) {
            tell("@error " + words[0] + " " + refused.code() + " " + refused.getMessage());
        }
    }

    private void start(String account, Mode mode) {
        try {
            BackfillRequest.Builder request = BackfillRequest.builder(
                            arguments.getOrDefault("provider", "google"), account)
                    .mode(mode)
                    .includeAttachments(Boolean.parseBoolean(arguments.get("attachments")))
                    .rawMime(Boolean.parseBoolean(arguments.get("mime")))
                    .rateLimit(Integer.parseInt(arguments.getOrDefault("rate", "1000")))
                    .batchSize(Integer.parseInt(arguments.getOrDefault("batch", "20")));
            tell("@started " + account + " " + jobs.start(request.build()).id());
        } catch (JobConflictException conflict) {
            tell("@conflict " + account + " " + conflict.activeJob());
        }
    }

    /** Writes as the owner of an epoch, which may be over. */
    private void write(JobId id, long epoch) {
        try {
            store.write(new Lease(id, arguments.get("instance"), epoch), Checkpoint.EMPTY, row -> row);
            tell("@written " + id);
        } catch (StaleLeaseException refused) {
            tell("@refused " + id);
        }
    }

    /** One line at a time, whichever thread it comes from. */
    @SuppressWarnings("SystemOut")
    static void tell(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
