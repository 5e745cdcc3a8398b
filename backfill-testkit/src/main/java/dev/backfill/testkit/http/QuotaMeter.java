package dev.backfill.testkit.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * Enforces a provider's limits per key (a mailbox, a project): units within a sliding window, and requests at the same time.
 * Refused requests cost nothing. Thread-safe.
 */
public final class QuotaMeter {
    private static final int SLICES = 100;

    private final long amount;
    private final long windowMillis;
    private final int concurrent;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, Account> accounts = new ConcurrentHashMap<>();

    /** What a meter says to a request. */
    public sealed interface Verdict {}

    /**
     * The request may run; whoever got it closes it when the answer is sent. Closing twice does nothing. Thread-safe.
     */
    public static final class Admitted implements Verdict, AutoCloseable {
        private final Account account;
        private boolean open = true;

        private Admitted(Account account) {
            this.account = account;
        }

        @Override
        public void close() {
            synchronized (account) {
                if (open) {
                    open = false;
                    account.running--;
                }
            }
        }
    }

    /**
     * The request is refused.
     *
     * @param concurrency true if too many run at the same time, false if the window is used up
     * @param retryAfter when there is room again; zero when that cannot be told
     */
    public record Refused(boolean concurrency, Duration retryAfter) implements Verdict {}

    /**
     * Makes a meter.
     *
     * @param amount units a window allows, 1 or more
     * @param window the length of the window
     * @param concurrent requests at the same time, 1 or more
     * @param clock tells the time
     */
    public QuotaMeter(long amount, Duration window, int concurrent, InstantSource clock) {
        if (amount < 1 || concurrent < 1 || window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("a quota must be 1 or more and its window longer than nothing");
        }
        this.amount = amount;
        this.windowMillis = window.toMillis();
        this.concurrent = concurrent;
        this.clock = requireNonNull(clock, "clock");
    }

    /**
     * Asks for room.
     *
     * @param key who pays
     * @param units the price, 1 or more
     * @return {@link Admitted}, to be closed, or {@link Refused}
     */
    public Verdict admit(String key, long units) {
        Account account = accounts.computeIfAbsent(key, unused -> new Account());
        long now = clock.millis();
        synchronized (account) {
            account.forget(now - windowMillis);
            if (account.running >= concurrent) {
                account.refusals++;
                return new Refused(true, Duration.ZERO);
            }
            if (account.used + units > amount) {
                account.refusals++;
                Slice oldest = account.slices.peekFirst();
                long wait = oldest == null ? windowMillis : oldest.at + windowMillis - now;
                return new Refused(false, Duration.ofMillis(Math.max(wait, 1)));
            }
            account.spend(now, units, Math.max(1, windowMillis / SLICES));
            account.running++;
            account.peak = Math.max(account.peak, account.running);
            return new Admitted(account);
        }
    }

    /**
     * Says how many requests of a key ran at the same time at the most.
     *
     * @param key who paid
     * @return the peak, 0 if nothing was asked
     */
    public int peakConcurrency(String key) {
        return (int) read(key, account -> account.peak);
    }

    /**
     * Says what a key spent so far.
     *
     * @param key who paid
     * @return units of all admitted requests, 0 if nothing was asked
     */
    public long spent(String key) {
        return read(key, account -> account.spent);
    }

    /**
     * Says how many requests of a key were refused so far.
     *
     * @param key who asked
     * @return the refusals, 0 if nothing was asked
     */
    public long refusals(String key) {
        return read(key, account -> account.refusals);
    }

    private long read(String key, ToLongFunction<Account> figure) {
        Account account = accounts.get(key);
        if (account == null) {
            return 0;
        }
        synchronized (account) {
            return figure.applyAsLong(account);
        }
    }

    private static final class Account {
        private final Deque<Slice> slices = new ArrayDeque<>();
        private long used;
        private long spent;
        private long refusals;
        private int running;
        private int peak;

        private void forget(long before) {
            for (Slice oldest = slices.peekFirst();
                    oldest != null && oldest.at <= before;
                    oldest = slices.peekFirst()) {
                used -= oldest.units;
                slices.removeFirst();
            }
        }

        private void spend(long now, long units, long sliceMillis) {
            Slice last = slices.peekLast();
            if (last == null || now - last.at >= sliceMillis) {
                last = new Slice(now);
                slices.addLast(last);
            }
            last.units += units;
            used += units;
            spent += units;
        }
    }

    private static final class Slice {
        private final long at;
        private long units;

        private Slice(long at) {
            this.at = at;
        }
    }
}
