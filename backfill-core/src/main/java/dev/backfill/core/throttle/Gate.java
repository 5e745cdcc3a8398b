package dev.backfill.core.throttle;

import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The first shape of a gate: one request after another. */
final class Gate implements MailboxGate, ApiCalls {
    private final GateRequest request;
    private final AtomicLong apiCalls = new AtomicLong();

    Gate(GateRequest request, TimeSource time, Executor callThreads, BudgetStore budgets, ThrottleConfig config) {
        this.request = request;
    }

    @Override
    public ApiCalls calls() {
        return this;
    }

    @Override
    public AccessTokens tokens() {
        return request.tokens();
    }

    @Override
    public void rekey(String mailboxKey) {
        // Nothing is shared yet.
    }

    @Override
    public void received(long bytes) {
        // Nothing is counted yet.
    }

    @Override
    public GateStats stats() {
        return new GateStats(apiCalls.get(), 0, 0, Duration.ZERO, 1, 0, null);
    }

    @Override
    public void close() {
        // Nothing is held yet.
    }

    @Override
    public <T extends @Nullable Object> T call(Operation operation, Callable<T> body) {
        if (request.stop().isStopped()) {
            throw Stopped.exception();
        }
        apiCalls.incrementAndGet();
        try {
            return body.call();
        } catch (SourceException e) {
            throw e;
        } catch (Exception e) {
            throw SourceException.of(SourceException.Kind.FAIL_JOB, SourceException.Scope.MAILBOX, "UNMAPPED")
                    .cause(e)
                    .build("The provider threw what it did not sort: "
                            + e.getClass().getName());
        }
    }

    @Override
    public <T extends @Nullable Object> List<Outcome<T>> all(List<ApiRequest<T>> requests) {
        List<Outcome<T>> outcomes = new ArrayList<>();
        for (ApiRequest<T> each : requests) {
            try {
                outcomes.add(new Outcome.Success<>(call(each.operation(), each.body())));
            } catch (SourceException e) {
                outcomes.add(new Outcome.Failure<>(e));
            }
        }
        return outcomes;
    }
}
