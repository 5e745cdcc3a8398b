package dev.backfill.core.throttle;

import dev.backfill.core.time.StopToken;
import dev.backfill.core.time.Waits;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One call, from its first attempt to its end: waits to be admitted, sends, and decides by the error's kind. Runs on the
 * caller's thread and is used by it alone.
 *
 * @param <T> what the request gives
 */
final class Call<T extends @Nullable Object> {
    /** How many attempts that broke off after a wait for memory count for none. */
    private static final int MOST_FORGIVEN = 10;

    private static final ThreadLocal<AnswerRoom> SENDING = new ThreadLocal<>();

    private final MailboxLimits limits;
    private final Visit visit;
    private final GateTokens tokens;
    private final Retries retryPolicy;
    private final Retries.OfCall retries;
    private final TimeSource time;
    private final Duration timeout;
    private final ProviderMetrics metrics;
    private final MemoryBudget memory;
    private final Callable<T> body;

    private long waitedForRoom;
    private int forgivenSoFar;
    private boolean retrying;
    private boolean refreshed;
    private @Nullable String tokenUsed;

    Call(
            MailboxLimits limits,
            Visit visit,
            GateTokens tokens,
            Retries retries,
            TimeSource time,
            Duration timeout,
            ProviderMetrics metrics,
            MemoryBudget memory,
            Callable<T> body) {
        this.limits = limits;
        this.visit = visit;
        this.tokens = tokens;
        this.retryPolicy = retries;
        this.retries = retries.begin();
        this.time = time;
        this.timeout = timeout;
        this.metrics = metrics;
        this.memory = memory;
        this.body = body;
    }

    T run() {
        if (SENDING.get() != null) {
            throw new IllegalStateException(
                    "A request's body must not send another request: it would wait for its own slot");
        }
        while (true) {
            SourceException error;
            Admission admission = limits.admit(visit);
            long begin = time.nanoTime();
            try {
                T value = send();
                metrics.called(visit.operation().name(), null, time.nanoTime() - begin - waitedForRoom);
                admission.succeeded();
                return value;
            } catch (SourceException e) {
                metrics.called(visit.operation().name(), e.kind(), time.nanoTime() - begin - waitedForRoom);
                admission.failed(e);
                error = e;
            } finally {
                admission.close();
            }
            prepareNext(error);
        }
    }

    /**
     * The room of the request that this thread sends.
     *
     * @throws IllegalStateException if it sends none
     */
    static AnswerRoom room() {
        AnswerRoom room = SENDING.get();
        if (room == null) {
            throw new IllegalStateException("Room for an answer is asked for within its request's body");
        }
        return room;
    }

    private T send() {
        StopToken stop = visit.stop();
        if (stop.isStopped() || Thread.currentThread().isInterrupted()) {
            throw Stopped.exception();
        }
        Watch watch = new Watch(time, timeout, stop);
        tokens.begin();
        visit.counters().sent(visit.operation(), retrying);
        AnswerRoom room = new AnswerRoom(memory, visit, watch, time);
        SENDING.set(room);
        Watch.Cause cause = null;
        Exception failure;
        try {
            return body.call();
        } catch (Unwanted needless) {
            throw needless;
        } catch (Exception e) {
            failure = e;
        } finally {
            room.close();
            waitedForRoom = room.waitedNanos();
            cause = watch.end();
            SENDING.remove();
            visit.counters().returned();
            tokenUsed = tokens.end();
        }
        throw sorted(failure, cause);
    }

    private static SourceException sorted(Exception failure, Watch.@Nullable Cause cause) {
        if (cause == Watch.Cause.STOP) {
            return Stopped.exception();
        }
        if (cause == Watch.Cause.TIMEOUT) {
            return SourceException.of(Kind.RETRY, SourceException.Scope.MAILBOX, "CALL_TIMEOUT")
                    .cause(failure)
                    .build("The provider did not answer in time");
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        if (Thread.currentThread().isInterrupted()) {
            return Stopped.exception();
        }
        if (failure instanceof SourceException sorted) {
            return sorted;
        }
        return SourceException.of(Kind.FAIL_JOB, SourceException.Scope.MAILBOX, "UNMAPPED")
                .cause(failure)
                .build("The provider threw what it did not sort: "
                        + failure.getClass().getName());
    }

    /** Waits for the next attempt, or throws the error that no further one mends. */
    private void prepareNext(SourceException error) {
        switch (error.kind()) {
            case THROTTLED -> {
                // The fence that it raised holds the next attempt back.
                visit.counters().throttled();
                retrying = false;
            }
            case AUTH -> {
                if (refreshed) {
                    throw error;
                }
                refreshed = true;
                retrying = false;
                tokens.refused(tokenUsed);
            }
            case RETRY -> {
                limits.patience().check(error);
                awaitRetry(error);
                retrying = true;
            }
            default -> throw error;
        }
    }

    private void awaitRetry(SourceException error) {
        // After a wait for room the server may have had enough of an answer that nobody took: no failure of its own.
        boolean forgiven = waitedForRoom > 0 && forgivenSoFar++ < MOST_FORGIVEN;
        Duration delay = forgiven ? retryPolicy.delay(1) : retries.after(error);
        if (delay == null) {
            throw error;
        }
        Duration asked =
                error.retryAt().map(at -> Duration.between(time.instant(), at)).orElse(Duration.ZERO);
        Duration longer = asked.compareTo(delay) > 0 ? asked : delay;
        if (!Stopped.unlessInterrupted(() -> Waits.pause(time, longer, visit.stop()))) {
            throw Stopped.exception();
        }
    }
}
