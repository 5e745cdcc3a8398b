package dev.backfill.core.throttle;

import dev.backfill.core.job.InMemoryBudgetStore;
import dev.backfill.core.metrics.EngineMetrics;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** A throttle on manual time, with threads for callers and for helpers. Jitter is at its longest. */
final class Rig implements AutoCloseable {
    static final Operation GET = new Operation("get", 1);

    final ManualTime time = new ManualTime();
    final StopToken stop = new StopToken();
    final ExecutorService threads = Executors.newCachedThreadPool();
    ThrottleConfig config = ThrottleConfig.DEFAULT;
    Executor helpers = threads;
    DoubleSupplier random = () -> 1.0;
    AccessTokens tokens = () -> "token";
    EngineMetrics metrics = EngineMetrics.NONE;
    int requestsPerSecond = 1_000_000;
    final List<Quota> quotas = new ArrayList<>();
    MemoryBudget memory = new MemoryBudget(1L << 40);
    BudgetStore budgets = InMemoryBudgetStore.monotonic(time);

    private volatile Throttle throttle;

    Rig quota(Quota quota) {
        quotas.add(quota);
        return this;
    }

    synchronized Throttle throttle() {
        if (throttle == null) {
            throttle = new Throttle(time, helpers, budgets, memory, config, metrics, random);
        }
        return throttle;
    }

    MailboxGate open() {
        return open("a@example.org", stop);
    }

    MailboxGate open(String mailbox, StopToken stopToken) {
        return open(mailbox, stopToken, GateRequest.Priority.JOB);
    }

    /** A gate whose requests go before all others to its mailbox. */
    MailboxGate openForQuestion() {
        return open("a@example.org", stop, GateRequest.Priority.QUESTION);
    }

    private MailboxGate open(String mailbox, StopToken stopToken, GateRequest.Priority priority) {
        return throttle()
                .open(new GateRequest(
                        "fake",
                        "fake/project",
                        mailbox,
                        quotas,
                        List.of(),
                        requestsPerSecond,
                        stopToken,
                        tokens,
                        priority));
    }

    /** Waits until so many calls are in the mailbox's queue. */
    void awaitInQueue(int calls) {
        LimitsRegistry.Key key = new LimitsRegistry.Key("fake", "fake/project", "a@example.org", quotas);
        MailboxLimits limits = throttle().mailboxes().acquire(key);
        // The gates of the calls hold them, too.
        throttle().mailboxes().release(key);
        while (limits.waiting() < calls) {
            if (Thread.interrupted()) {
                throw new AssertionError("ran out of time");
            }
            Thread.onSpinWait();
        }
    }

    <T> CompletableFuture<T> async(Callable<T> work) {
        CompletableFuture<T> future = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                future.complete(work.call());
            } catch (Throwable e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }

    <T> CompletableFuture<T> call(ApiCalls calls, Callable<T> body) {
        return async(() -> calls.call(GET, body));
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    /** The error a call ended with. */
    static SourceException error(CompletableFuture<?> future) {
        try {
            Object value = future.get(30, TimeUnit.SECONDS);
            throw new AssertionError("ended well with " + value);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof SourceException error) {
                return error;
            }
            throw new AssertionError("ended otherwise", e.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("did not end", e);
        }
    }

    /** The thread's state once it waits for a timer of a length. */
    void passes(Duration duration) {
        time.awaitTimer(duration);
        time.advance(duration);
    }

    static SourceException error(SourceException.Kind kind) {
        return SourceException.of(kind, SourceException.Scope.MAILBOX, "CODE").build("as planned");
    }

    static SourceException throttled(Instant retryAt) {
        return SourceException.of(SourceException.Kind.THROTTLED, SourceException.Scope.MAILBOX, "429")
                .retryAt(retryAt)
                .build("as planned");
    }

    @Override
    public void close() {
        stop.stop();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
                throw new AssertionError("a thread does not end");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
