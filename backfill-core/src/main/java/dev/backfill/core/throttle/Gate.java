package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import dev.backfill.core.time.Waits;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The gate of one run over limits that other gates may share. Thread-safe. */
final class Gate implements MailboxGate, ApiCalls {
    private static final ThreadLocal<Room> ROOM = new ThreadLocal<>();

    private final Throttle throttle;
    private final GateRequest request;
    private final GateCounters counters;
    private final GateTokens tokens;
    private final Pace jobRate;
    private final QuotaTime quotaTime;

    private final Object lock = new Object();
    // All written under the lock
    private volatile Shared shared;
    private volatile DrawnBudgets own;
    private boolean named;
    private volatile boolean closed;

    Gate(GateRequest request, Throttle throttle) {
        this.throttle = throttle;
        this.request = request;
        this.counters = new GateCounters(throttle.time());
        this.tokens = new GateTokens(request.tokens(), counters);
        this.jobRate = Pace.perSecond(throttle.time(), request.requestsPerSecond());
        this.quotaTime = new QuotaTime(
                Stream.concat(request.quotas().stream(), request.dayShares().stream())
                        .toList(),
                throttle.config());
        this.shared = share(request.mailboxKey());
        this.own = throttle.noBudgets();
    }

    private Shared share(String mailboxKey) {
        LimitsRegistry.Key key =
                new LimitsRegistry.Key(request.provider(), request.projectKey(), mailboxKey, request.quotas());
        return new Shared(key, throttle.mailboxes().acquire(key));
    }

    @Override
    public ApiCalls calls() {
        return this;
    }

    @Override
    public AccessTokens tokens() {
        return tokens;
    }

    @Override
    public void rekey(String mailboxKey) {
        requireNonNull(mailboxKey, "mailboxKey");
        synchronized (lock) {
            if (!closed && !named) {
                named = true;
                own = throttle.ownBudgets(request, mailboxKey);
            }
            if (!closed && !shared.key().mailboxKey().equals(mailboxKey)) {
                LimitsRegistry.Key old = shared.key();
                shared = share(mailboxKey);
                throttle.mailboxes().release(old);
            }
        }
    }

    @Override
    public void received(long bytes) {
        counters.received(bytes);
        shared.limits().received(bytes);
        own.received(bytes);
    }

    @Override
    public void awaitRoom(long bytes) {
        Call.room().take(bytes);
    }

    @Override
    public <T extends @Nullable Object> T inRoom(Room room, Supplier<T> work) {
        ROOM.set(requireNonNull(room, "room"));
        try {
            return work.get();
        } finally {
            ROOM.remove();
        }
    }

    @Override
    public void awaitRetry(int attempts) {
        Duration delay = throttle.retries().delay(attempts);
        if (!Stopped.unlessInterrupted(() -> Waits.pause(throttle.time(), delay, request.stop()))) {
            throw Stopped.exception();
        }
    }

    @Override
    public boolean mayRetry(int attempts) {
        return attempts < throttle.config().retry().maxAttempts();
    }

    @Override
    public ProviderMetrics metrics() {
        return throttle.metricsOf(request.provider());
    }

    @Override
    public GateStats stats() {
        return counters.stats(shared.limits().concurrency(), quotaTime);
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                throttle.mailboxes().release(shared.key());
            }
        }
        own.settle();
    }

    @Override
    public <T extends @Nullable Object> T call(Operation operation, Callable<T> body) {
        return call(new ApiRequest<>(operation, body), ROOM.get());
    }

    private <T extends @Nullable Object> T call(ApiRequest<T> asked, @Nullable Room room) {
        if (closed) {
            throw Stopped.exception();
        }
        MailboxLimits limits = shared.limits();
        Visit visit = new Visit(
                asked.operation(),
                jobRate,
                own,
                room,
                counters,
                request.stop(),
                limits.nextNumber(request.priority()),
                asked.wanted());
        return new Call<>(
                        limits,
                        visit,
                        tokens,
                        throttle.retries(),
                        throttle.time(),
                        throttle.config().retry().callTimeout(),
                        metrics(),
                        throttle.memory(),
                        asked.body())
                .run();
    }

    @Override
    public <T extends @Nullable Object> List<Outcome<T>> all(List<ApiRequest<T>> requests) {
        // Whoever of the engine's threads sends them: they are of the same page.
        Room room = ROOM.get();
        return batch(requests.stream()
                .<Supplier<Outcome<T>>>map(request -> () -> outcome(() -> call(request, room)))
                .toList());
    }

    @Override
    public <T extends @Nullable Object> List<Outcome<T>> sideBySide(List<Supplier<T>> questions) {
        return batch(questions.stream()
                .<Supplier<Outcome<T>>>map(question -> () -> outcome(question))
                .toList());
    }

    private <T extends @Nullable Object> List<Outcome<T>> batch(List<Supplier<Outcome<T>>> tasks) {
        if (closed) {
            throw Stopped.exception();
        }
        return new Batch<>(tasks, throttle.callThreads(), shared.limits()::concurrency).run(request.stop());
    }

    private static <T extends @Nullable Object> Outcome<T> outcome(Supplier<T> question) {
        try {
            return new Outcome.Success<>(question.get());
        } catch (SourceException error) {
            return new Outcome.Failure<>(error);
        } catch (Unwanted needless) {
            return new Outcome.Unsent<>();
        }
    }

    /** The limits now used, and what they are found under. */
    private record Shared(LimitsRegistry.Key key, MailboxLimits limits) {}
}
