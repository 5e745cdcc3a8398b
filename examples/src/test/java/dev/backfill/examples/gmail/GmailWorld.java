package dev.backfill.examples.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.EngineConfig;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.provider.gmail.GoogleEmailSource;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.WrappedSink;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailMailbox;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** An engine over a fake Gmail, its jobs kept beyond it, and a sink that lets a test act at each message. */
final class GmailWorld implements AutoCloseable {
    static final String OWNER = "owner@example.com";
    static final UserId USER = UserId.of("u1");
    private static final long PATIENCE_SECONDS = 60;

    final RecordingSink sink = new RecordingSink().keepPayloads();
    private final InMemoryJobStore store = new InMemoryJobStore();
    private final FakeGmail gmail;
    private final Map<String, String> settings = new HashMap<>();
    private final AccessTokens tokens;
    private final UnaryOperator<BackfillBuilder> changes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();
    private volatile Consumer<OutboundMessage> atEachMessage = message -> {};
    private BackfillManager manager;

    /** As fast as the engine goes. */
    GmailWorld(FakeGmail gmail) {
        this(
                gmail,
                Map.of("quota", "off"),
                () -> "token",
                builder -> builder.config(EngineConfig.builder()
                        .defaultRateLimit(BackfillRequest.MAX_RATE_LIMIT)
                        .build()));
    }

    GmailWorld(
            FakeGmail gmail,
            Map<String, String> settings,
            AccessTokens tokens,
            UnaryOperator<BackfillBuilder> changes) {
        this.gmail = gmail;
        this.settings.putAll(settings);
        this.settings.put("root-url", gmail.rootUrl().toString());
        this.tokens = tokens;
        this.changes = changes;
        this.manager = build();
    }

    private BackfillManager build() {
        return changes.apply(Backfill.builder()
                        .autoDiscovery(false)
                        .environment(name -> null)
                        .source(new GoogleEmailSource())
                        .settings(GoogleEmailSource.ID, settings)
                        .sink(new WrappedSink(sink.sinkId(), sink, (method, arguments, real) -> {
                            if (method.equals("publish")) {
                                atEachMessage.accept((OutboundMessage) arguments[0]);
                            }
                            return real.call(arguments);
                        }))
                        .store(store)
                        .accessTokens(account -> tokens)
                        .listener(event -> signal()))
                .build();
    }

    /** Closes the engine and builds another over the same jobs. */
    void restart() {
        manager.close();
        manager = build();
    }

    /** Sets what is done before each message is handed to the sink, on the engine's threads. */
    void atEachMessage(Runnable action) {
        atEachMessage = message -> action.run();
    }

    /** As {@link #atEachMessage(Runnable)}, told which message it is. */
    void beforeEachMessage(Consumer<OutboundMessage> action) {
        atEachMessage = action;
    }

    GmailMailbox mailbox() {
        return gmail.mailbox(OWNER);
    }

    UserJobs jobs() {
        return manager.forUser(USER);
    }

    static BackfillRequest.Builder request(Mode mode) {
        return BackfillRequest.builder(GoogleEmailSource.ID, "me").mode(mode);
    }

    /** Runs a job to its good end. */
    BackfillJob run(Mode mode, String... folders) {
        BackfillRequest request =
                request(mode).batchSize(10).folders(List.of(folders)).build();
        return completed(jobs().start(request).id());
    }

    BackfillJob completed(JobId id) {
        BackfillJob job = await(id, one -> one.state().isTerminal());
        assertThat(job.state()).as("%s", job).isEqualTo(JobState.COMPLETED);
        assertThat(job.progress().processed()).isEqualTo(job.progress().listed());
        return job;
    }

    BackfillJob await(JobId id, Predicate<BackfillJob> wanted) {
        long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        lock.lock();
        try {
            BackfillJob job = jobs().status(id);
            while (!wanted.test(job)) {
                assertThat(left).as("still waiting; the job is %s", job).isPositive();
                left = heard.awaitNanos(left);
                job = jobs().status(id);
            }
            return job;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What a job should leave a consumer with: the labels of each message of its folders but the deleted and the junk. */
    Map<String, Set<String>> shown(String... folders) {
        return ChangingMailbox.shown(mailbox(), folders);
    }

    /** Checks that whoever reads what was published, in whatever order, ends with what the mailbox shows of these folders. */
    void assertReadersSeeTheMailbox(long seed, String... folders) {
        Map<String, Set<String>> read = Reader.of(sink.payloads(), seed).mailbox();
        Map<String, Set<String>> there = shown(folders);
        Set<String> ids = new TreeSet<>(read.keySet());
        ids.addAll(there.keySet());
        List<String> differences = ids.stream()
                .filter(id -> !Objects.equals(read.get(id), there.get(id)))
                .map(id -> id + " is read as " + read.get(id) + " and is " + there.get(id))
                .toList();
        assertThat(differences).as("seed %d", seed).isEmpty();
    }

    static void assertNothingWasLost(BackfillJob job) {
        // Mail that comes late into a window is read by its ids, so that there is nothing to count it by.
        assertThat(job.notes()).extracting(JobNote::code).isSubsetOf("NO_PROVIDER_COUNT");
        assertThat(job.deletionsUnknownSince()).isNull();
    }

    @Override
    public void close() {
        manager.close();
        assertThat(sink.misuses()).isEmpty();
    }
}
