package dev.backfill.store.jdbc;

import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Persistence;
import dev.backfill.testkit.Interposed;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A persistence whose instance dies between two of its calls: nothing it says reaches the database any more. Thread-safe. */
final class MortalPersistence {
    private final Death death;
    private final Consumer<Lease> claimed;

    private MortalPersistence(Death death, Consumer<Lease> claimed) {
        this.death = death;
        this.claimed = claimed;
    }

    /**
     * Wraps a persistence.
     *
     * @param store one that the death cuts off
     * @param death what kills
     * @param claimed hears of each claim that succeeded
     */
    static Persistence of(Persistence store, Death death, Consumer<Lease> claimed) {
        MortalPersistence mortal = new MortalPersistence(death, claimed);
        JobStore jobs = Interposed.between(JobStore.class, store.jobs(), mortal::ofStore);
        return Interposed.between(Persistence.class, store, (method, arguments, real) -> switch (method) {
            case "jobs" -> jobs;
            case "queue" -> Interposed.between(JobQueue.class, (JobQueue) real.call(arguments), mortal::ofQueue);
            default -> real.call(arguments);
        });
    }

    /** What an instance is killed with. */
    static final class Died extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** When an instance dies, by a method of its store and what that gave or is about to store. Thread-safe. */
    static final class Death {
        private final Runnable cut;
        private final AtomicBoolean come = new AtomicBoolean();
        private volatile boolean runsEnded;
        private volatile BiPredicate<String, Object> after = Death::never;
        private volatile BiPredicate<String, Object> before = Death::never;

        /**
         * Kills nobody yet.
         *
         * @param cut cuts the instance off from the database
         */
        Death(Runnable cut) {
            this.cut = cut;
        }

        /** Kills with the next such answer, which is stored; before the caller has it. */
        void after(BiPredicate<String, Object> deadly) {
            before = Death::never;
            after = deadly;
        }

        /** Kills when such a thing is about to be stored, and is not. */
        void before(BiPredicate<String, Object> deadly) {
            after = Death::never;
            before = deadly;
        }

        boolean hasCome() {
            return come.get();
        }

        /** Its runs end as with the process: on a file nobody takes a hold from them. */
        void endRuns() {
            runsEnded = true;
        }

        private static boolean never(String method, Object row) {
            return false;
        }

        private void comes(BiPredicate<String, Object> deadly, String method, Object row) {
            if (deadly.test(method, row) && come.compareAndSet(false, true)) {
                cut.run();
                throw new Died();
            }
        }
    }

    private Object ofStore(String method, Object[] arguments, Interposed.Real real) throws Throwable {
        if (method.equals("insert") || method.equals("claim")) {
            death.comes(death.before, method, arguments[0]);
        }
        Object result = real.call(dyingWithin(method, arguments));
        if (method.equals("claim")) {
            ((Optional<?>) result).map(Lease.class::cast).ifPresent(claimed);
        }
        death.comes(death.after, method, result);
        return result;
    }

    /** The change of a row, which may end the instance before it is stored. */
    @SuppressWarnings("unchecked")
    private Object[] dyingWithin(String method, Object[] arguments) {
        if (!method.equals("update") && !method.equals("write")) {
            return arguments;
        }
        Object[] watched = arguments.clone();
        int last = watched.length - 1;
        UnaryOperator<JobRecord> change = (UnaryOperator<JobRecord>) watched[last];
        watched[last] = (UnaryOperator<JobRecord>) row -> {
            JobRecord changed = change.apply(row);
            death.comes(death.before, method, changed);
            return changed;
        };
        return watched;
    }

    private Object ofQueue(String method, Object[] arguments, Interposed.Real real) throws Throwable {
        if (!method.equals("start")) {
            return real.call(arguments);
        }
        JobQueue.Handler handler = (JobQueue.Handler) arguments[0];
        JobQueue.Handler ending = (id, hold) -> handler.run(id, () -> !death.runsEnded && hold.isHeld());
        return real.call(ending, arguments[1]);
    }
}
