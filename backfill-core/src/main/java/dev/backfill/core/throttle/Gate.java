package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import dev.backfill.core.time.Waits;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The gate of one run over limits that other gates may share. Thread-safe. */
final class Gate implements MailboxGate, ApiCalls {
    private final Throttle throttle;
    private final GateRequest request;
    private final GateCounters counters;
    private final GateTokens tokens;
    private final Pace jobRate;

    private final Object lock = new Object();
    // Both written under the lock
    private volatile Shared shared;
    private volatile boolean closed;

    Gate(GateRequest request, Throttle throttle) {
        this.throttle = throttle;
        this.request = request;
        this.counters = new GateCounters(throttle.time());
        this.tokens = new GateTokens(request.tokens(), counters);
        this.jobRate = Pace.perSecond(throttle.time(), request.requestsPerSecond());
        this.shared = share(request.mailboxKey());
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
            if (!closed && !shared.key().mailboxKey().equals(mailboxKey)) {
                LimitsRegistry.Key old = shared.key();
                shared = share(mailboxKey);
                throttle.mailboxes().release(old);
            }
        }
    }

    @Override
    public void received(long bytes) {
        shared.limits().received(bytes);
        counters.received(bytes);
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
        return counters.stats(
                shared.limits().concurrency(),
                request.quotas(),
                throttle.config().quotaShare());
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                throttle.mailboxes().release(shared.key());
            }
        }
    }

    @Override
    public <T extends @Nullable Object> T call(Operation operation, Callable<T> body) {
        requireNonNull(operation, "operation");
        requireNonNull(body, "body");
        if (closed) {
            throw Stopped.exception();
        }
        MailboxLimits limits = shared.limits();
        Visit visit = new Visit(operation, jobRate, counters, request.stop(), limits.nextNumber());
        return new Call<>(
                        limits,
                        visit,
                        tokens,
                        throttle.retries(),
                        throttle.time(),
                        throttle.config().retry().callTimeout(),
                        metrics(),
                        body)
                .run();
    }

    @Override
    public <T extends @Nullable Object> List<Outcome<T>> all(List<ApiRequest<T>> requests) {
        return sideBySide(requests.stream()
                .<Supplier<T>>map(request -> () -> call(request.operation(), request.body()))
                .toList());
    }

    @Override
    public <T extends @Nullable Object> List<Outcome<T>> sideBySide(List<Supplier<T>> questions) {
        if (closed) {
            throw Stopped.exception();
        }
        return new Batch<>(questions, throttle.callThreads(), shared.limits()::concurrency).run(request.stop());
    }

    /** The limits now used, and what they are found under. */
    private record Shared(LimitsRegistry.Key key, MailboxLimits limits) {}
}
