package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;

/**
 * What was drawn from one budget and still counts: the arithmetic of a {@link BudgetStore}, which only has to keep it and to let
 * one drawer at a time change it. Immutable and thread-safe.
 *
 * <p>It never gives more than the amount in any stretch of time as long as the window, and neither can be spent more: what was
 * drawn is held against the budget until the window has passed since the last moment at which it could be spent. A chunk lives
 * for a twentieth of the window, at least 100 ms (or the window, if that is shorter) and at most 5 s, so this costs at most a
 * twentieth of the budget, a tenth for a window of a second. Draws close together are held as one until the last of them is free,
 * so that there are at most about three hundred, whatever was drawn; that costs a 256th of a long window.
 */
public final class BudgetGrants {
    /** Nothing is drawn. */
    public static final BudgetGrants NONE = new BudgetGrants(List.of());

    private static final Duration LONGEST_LIFE = Duration.ofSeconds(5);
    private static final Duration SHORTEST_LIFE = Duration.ofMillis(100);
    private static final int LIVES_A_WINDOW = 20;
    private static final int MERGES_A_LIFE = 4;
    private static final int MERGES_A_WINDOW = 256;
    private static final long MICROS_A_SECOND = 1_000_000;

    private final List<Grant> grants;

    /** Draws held as one, in microseconds since 1970: since when, until when they count, and how much. */
    private record Grant(long since, long freeAt, long amount) {}

    /**
     * What a draw comes to.
     *
     * @param chunk what the drawer gets
     * @param after what is drawn from now on, to be kept instead
     */
    public record Drawn(BudgetStore.Chunk chunk, BudgetGrants after) {}

    private BudgetGrants(List<Grant> grants) {
        this.grants = List.copyOf(grants);
    }

    /**
     * Reads what {@link #text()} wrote.
     *
     * @param text the text; an empty one is {@link #NONE}
     * @return the grants
     * @throws IllegalArgumentException if it is no such text
     */
    public static BudgetGrants parse(String text) {
        List<Grant> grants = new ArrayList<>();
        for (String grant : text.isEmpty() ? new String[0] : text.split(" ", -1)) {
            String[] parts = grant.split(":", -1);
            if (parts.length != 3) {
                throw new IllegalArgumentException("a grant has three numbers");
            }
            grants.add(new Grant(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2])));
        }
        return new BudgetGrants(grants);
    }

    /** {@return a short text of digits, colons and blanks, some kilobytes at the most, for {@link #parse}} */
    public String text() {
        StringJoiner text = new StringJoiner(" ");
        grants.forEach(grant -> text.add(grant.since() + ":" + grant.freeAt() + ":" + grant.amount()));
        return text.toString();
    }

    /**
     * Draws.
     *
     * @param now the time by the clock that all drawers share; when it jumps back nothing is given that was given already,
     *     and what was drawn counts for a window and a chunk's life more at the most
     * @param budget how much there is in a window
     * @param wanted how much to draw, 1 to {@code budget.amount()}
     * @return what the drawer gets, and what is drawn then
     * @throws IllegalArgumentException if {@code wanted} is out of range or the budget has no window
     */
    public Drawn draw(Instant now, Quota budget, long wanted) {
        requireNonNull(now, "now");
        if (wanted < 1 || wanted > budget.amount() || budget.window().isZero()) {
            throw new IllegalArgumentException(
                    "wanted must be 1 to " + budget.amount() + " of a budget with a window, was " + wanted);
        }
        long micros = micros(now);
        List<Grant> held = held(micros, budget);
        long free = budget.amount() - held.stream().mapToLong(Grant::amount).sum();
        if (free <= 0) {
            Duration wait = Duration.ofNanos((firstRoom(held, -free) - micros) * 1_000);
            return new Drawn(BudgetStore.Chunk.empty(wait), new BudgetGrants(held));
        }
        long amount = Math.min(free, wanted);
        hold(held, new Grant(micros, longestHeld(micros, budget), amount), budget);
        return new Drawn(new BudgetStore.Chunk(amount, life(budget.window()), null), new BudgetGrants(held));
    }

    /**
     * Books what is spent already, more than there is if need be: then nothing is given until the window has passed over it.
     *
     * @param now the time by the clock that all drawers share
     * @param budget how much there is in a window
     * @param amount what was spent, 1 or more
     * @return what is drawn from now on, to be kept instead
     * @throws IllegalArgumentException if {@code amount} is less than 1 or the budget has no window
     */
    public BudgetGrants spend(Instant now, Quota budget, long amount) {
        requireNonNull(now, "now");
        if (amount < 1 || budget.window().isZero()) {
            throw new IllegalArgumentException("amount must be 1 or more of a budget with a window, was " + amount);
        }
        long micros = micros(now);
        List<Grant> held = held(micros, budget);
        hold(held, new Grant(micros, micros + micros(budget.window()), amount), budget);
        return new BudgetGrants(held);
    }

    /** {@return when all that is drawn is free again, by the clock of the drawers; long past when nothing is} */
    public Instant freeAt() {
        long last = grants.stream().mapToLong(Grant::freeAt).max().orElse(0);
        return Instant.EPOCH.plus(last, ChronoUnit.MICROS);
    }

    /**
     * What still counts. Nothing that was drawn before now can count for longer than what is drawn now: if it says so, the
     * clock was set back meanwhile, and would stop everybody for as long.
     */
    private List<Grant> held(long micros, Quota budget) {
        long most = longestHeld(micros, budget);
        List<Grant> held = new ArrayList<>();
        for (Grant grant : grants) {
            if (grant.freeAt() > micros) {
                held.add(new Grant(Math.min(grant.since(), micros), Math.min(grant.freeAt(), most), grant.amount()));
            }
        }
        return held;
    }

    /** When there is room again: once more is free than was spent beyond the budget. */
    private static long firstRoom(List<Grant> held, long beyond) {
        List<Grant> soonestFirst = new ArrayList<>(held);
        soonestFirst.sort(Comparator.comparingLong(Grant::freeAt));
        long freed = 0;
        for (Grant grant : soonestFirst) {
            freed += grant.amount();
            if (freed > beyond) {
                return grant.freeAt();
            }
        }
        throw new IllegalStateException("what is held is more than the budget, and yet not");
    }

    private static long longestHeld(long micros, Quota budget) {
        return micros + micros(life(budget.window())) + micros(budget.window());
    }

    private static void hold(List<Grant> held, Grant grant, Quota budget) {
        long together =
                Math.max(micros(life(budget.window())) / MERGES_A_LIFE, micros(budget.window()) / MERGES_A_WINDOW);
        Grant last = held.isEmpty() ? null : held.get(held.size() - 1);
        if (last == null || grant.since() - last.since() >= together) {
            held.add(grant);
            return;
        }
        long freeAt = Math.max(last.freeAt(), grant.freeAt());
        held.set(held.size() - 1, new Grant(last.since(), freeAt, last.amount() + grant.amount()));
    }

    private static Duration life(Duration window) {
        Duration life = window.dividedBy(LIVES_A_WINDOW);
        if (life.compareTo(SHORTEST_LIFE) < 0) {
            return window.compareTo(SHORTEST_LIFE) < 0 ? window : SHORTEST_LIFE;
        }
        return life.compareTo(LONGEST_LIFE) > 0 ? LONGEST_LIFE : life;
    }

    /** Rounded up, so that nothing is free too early. */
    private static long micros(Duration duration) {
        return (duration.toNanos() + 999) / 1_000;
    }

    private static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), MICROS_A_SECOND), instant.getNano() / 1_000);
    }

    /** {@return how many draws are held apart, and nothing else} */
    @Override
    public String toString() {
        return "BudgetGrants[" + grants.size() + "]";
    }
}
