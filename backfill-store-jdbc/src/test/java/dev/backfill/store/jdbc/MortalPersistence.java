package dev.backfill.store.jdbc;

import dev.backfill.api.JobId;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.ScheduleStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A persistence whose instance dies between two of its calls: nothing it says reaches the database any more. Thread-safe. */
final class MortalPersistence implements Persistence {
    private final Persistence real;
    private final Death death;
    private final Consumer<Lease> claimed;
    private final JobStore jobs;

    /**
     * Wraps a persistence.
     *
     * @param real one that the death cuts off
     * @param death what kills
     * @param claimed hears of each claim that succeeded
     */
    MortalPersistence(Persistence real, Death death, Consumer<Lease> claimed) {
        this.real = real;
        this.death = death;
        this.claimed = claimed;
        this.jobs = (JobStore) Proxy.newProxyInstance(
                JobStore.class.getClassLoader(),
                new Class<?>[] {JobStore.class},
                (proxy, method, arguments) -> call(method, arguments));
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

    private Object call(Method method, Object[] arguments) throws Throwable {
        String name = method.getName();
        if (name.equals("insert") || name.equals("claim")) {
            death.comes(death.before, name, arguments[0]);
        }
        Object result;
        try {
            result = method.invoke(real.jobs(), dyingWithin(name, arguments));
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
        if (name.equals("claim")) {
            ((Optional<?>) result).map(Lease.class::cast).ifPresent(claimed);
        }
        death.comes(death.after, name, result);
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

    @Override
    public JobStore jobs() {
        return jobs;
    }

    @Override
    public ScheduleStore schedules() {
        return real.schedules();
    }

    @Override
    public BudgetStore budgets() {
        return real.budgets();
    }

    @Override
    public JobQueue queue(String instance, int slots) {
        return new MortalQueue(real.queue(instance, slots), death);
    }

    private record MortalQueue(JobQueue real, Death death) implements JobQueue {
        @Override
        public void start(Handler handler, Runnable onRoom) {
            real.start((id, hold) -> handler.run(id, () -> !death.runsEnded && hold.isHeld()), onRoom);
        }

        @Override
        public boolean offer(JobId id) {
            return real.offer(id);
        }

        @Override
        public int room() {
            return real.room();
        }

        @Override
        public void close() {
            real.close();
        }
    }

    @Override
    public void close() {
        real.close();
    }
}
