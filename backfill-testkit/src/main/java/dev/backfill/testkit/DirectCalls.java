package dev.backfill.testkit;

import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Sends requests at once and counts them; see {@link DirectMailboxContext}. Thread-safe. */
final class DirectCalls implements ApiCalls {
    private static final ThreadLocal<BooleanSupplier> SENDING = new ThreadLocal<>();

    private final int retries;
    private final AccessTokens tokens;
    private final @Nullable ExecutorService pool;
    private final Monitor monitor = new Monitor();
    private final Map<String, Integer> requests = new HashMap<>();
    private long units;
    private long bytes;
    private int underWay;
    private int mostAtOnce;
    private final List<Long> rooms = new ArrayList<>();

    /** How an answer ends that is not wanted any more once there is room for it; no provider knows it. */
    private static final class BrokenOff extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    DirectCalls(int retries, AccessTokens tokens, @Nullable ExecutorService pool) {
        this.retries = retries;
        this.tokens = tokens;
        this.pool = pool;
    }

    @Override
    public <T extends @Nullable Object> T call(Operation operation, Callable<T> body) {
        int left = retries;
        boolean refreshed = false;
        while (true) {
            try {
                return once(operation, body);
            } catch (SourceException error) {
                if (error.kind() == SourceException.Kind.AUTH && !refreshed) {
                    refreshed = true;
                    tokens.invalidate(tokens.get());
                } else if (isTransient(error) && left > 0) {
                    left--;
                } else {
                    throw error;
                }
            }
        }
    }

    private static boolean isTransient(SourceException error) {
        return error.kind() == SourceException.Kind.RETRY || error.kind() == SourceException.Kind.THROTTLED;
    }

    private <T extends @Nullable Object> T once(Operation operation, Callable<T> body) {
        monitor.run(() -> {
            requests.merge(operation.name(), 1, Integer::sum);
            units += operation.units();
            mostAtOnce = Math.max(mostAtOnce, ++underWay);
        });
        try {
            return body.call();
        } catch (RuntimeException error) {
            throw error;
        } catch (Exception unmapped) {
            // As in the engine: what a provider does not map fails the job.
            throw SourceException.of(SourceException.Kind.FAIL_JOB, SourceException.Scope.MAILBOX, "UNMAPPED")
                    .cause(unmapped)
                    .build("the request " + operation.name() + " ended with an error its provider does not map");
        } finally {
            monitor.run(() -> underWay--);
        }
    }

    @Override
    public <T extends @Nullable Object> List<Outcome<T>> all(List<ApiRequest<T>> wanted) {
        AtomicReference<@Nullable SourceException> end = new AtomicReference<>();
        List<Outcome<T>> outcomes = new ArrayList<>();
        if (pool == null) {
            for (ApiRequest<T> request : wanted) {
                outcomes.add(outcome(request, end));
            }
            return outcomes;
        }
        List<Future<Outcome<T>>> futures = new ArrayList<>();
        for (ApiRequest<T> request : wanted) {
            futures.add(pool.submit(() -> outcome(request, end)));
        }
        for (Future<Outcome<T>> future : futures) {
            outcomes.add(get(future));
        }
        return outcomes;
    }

    /**
     * Sends a request of a batch, unless the batch has ended.
     *
     * @param end the error that ended it, if one has
     */
    private <T extends @Nullable Object> Outcome<T> outcome(
            ApiRequest<T> request, AtomicReference<@Nullable SourceException> end) {
        SourceException ended = end.get();
        if (ended != null) {
            return new Outcome.Failure<>(ended);
        }
        if (!request.wanted().getAsBoolean()) {
            return new Outcome.Unsent<>();
        }
        SENDING.set(request.wanted());
        try {
            return new Outcome.Success<>(call(request.operation(), request.body()));
        } catch (SourceException error) {
            if (error.endsBatch()) {
                end.compareAndSet(null, error);
            }
            return new Outcome.Failure<>(error);
        } catch (BrokenOff needless) {
            return new Outcome.Unsent<>();
        } finally {
            SENDING.remove();
        }
    }

    private static <T extends @Nullable Object> Outcome<T> get(Future<Outcome<T>> future) {
        try {
            return future.get();
        } catch (ExecutionException broken) {
            throw new AssertionError("a request ended with an error its provider does not map", broken.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw SourceException.of(SourceException.Kind.STOPPED, SourceException.Scope.MAILBOX, "STOPPED")
                    .build("the test was interrupted");
        }
    }

    @Override
    public void received(long more) {
        monitor.run(() -> bytes += more);
    }

    long bytes() {
        return monitor.locked(() -> bytes);
    }

    int requests() {
        return monitor.locked(
                () -> requests.values().stream().mapToInt(Integer::intValue).sum());
    }

    int requests(String operation) {
        return monitor.locked(() -> requests.getOrDefault(operation, 0));
    }

    long units() {
        return monitor.locked(() -> units);
    }

    @Override
    public void awaitRoom(long asked) {
        monitor.run(() -> rooms.add(asked));
        BooleanSupplier wanted = SENDING.get();
        if (wanted != null && !wanted.getAsBoolean()) {
            throw new BrokenOff();
        }
    }

    List<Long> rooms() {
        return monitor.locked(() -> List.copyOf(rooms));
    }

    int mostAtOnce() {
        return monitor.locked(() -> mostAtOnce);
    }

    Map<String, Integer> byOperation() {
        return monitor.locked(() -> Map.copyOf(requests));
    }
}
