package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobId;
import dev.backfill.core.EngineConfigBuilder;
import dev.backfill.core.time.SystemTime;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.TimeSource;
import dev.backfill.store.jdbc.MortalPersistence.Death;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Instances of one store that die, one after the other, each with another that takes over. What a database makes of a death is its own. */
abstract class MortalEngines implements AutoCloseable {
    /** Nobody is found dead before the test says that so much time went by, however busy the machine is. */
    static final QueueTimings TIMINGS =
            new QueueTimings(Duration.ofMillis(50), Duration.ofMillis(100), 1_000, QueueTimings.DEFAULT.closeWait());

    private static final Duration SWEEP = Duration.ofMillis(50);

    private final SystemTime time = new SystemTime();
    private final StoreEngines engines = new StoreEngines();
    private final OpenMailboxes mailboxes = new OpenMailboxes();
    private final List<Lease> claims = Collections.synchronizedList(new ArrayList<>());
    private int deaths;

    MortalEngines() {
        engines.own(time);
    }

    /**
     * An instance that may die.
     *
     * @param name the instance's
     * @param manager its engine
     * @param death what kills it
     */
    record Mortal(String name, BackfillManager manager, Death death) {
        void awaitDeath() {
            Until.is(name + " to die", death::hasCome);
        }
    }

    /**
     * What an instance that may die has of the store.
     *
     * @param persistence its store
     * @param cut after this nothing it says reaches the database any more
     */
    record Line(Persistence persistence, Runnable cut) {}

    /** Connects an instance that may die, with nobody else there. */
    abstract Line connect();

    /**
     * Has an instance follow a dead one. Nobody tells that one, and nothing it says is heard: for itself it is alive, and has its
     * mailbox open, until its database, or its machine, ends that.
     *
     * @param next starts the instance on a store
     */
    abstract BackfillManager follow(Mortal dead, Function<Persistence, BackfillManager> next);

    /** Connections beside those of all instances, for looking only. */
    abstract Database beside();

    /** An instance that may die. */
    final Mortal mortal(String instance, ScriptedSource source, UnaryOperator<EngineConfigBuilder> change) {
        Line line = connect();
        Death death = new Death(line.cut());
        BackfillManager manager =
                engine(instance, source, line.persistence(), death, new TimeOfTheDead(time, death), change);
        return new Mortal(instance, manager, death);
    }

    /** The instance that comes after one that is dead, and stays. */
    final BackfillManager next(Mortal dead, String instance, ScriptedSource source) {
        assertThat(dead.death().hasCome()).as(dead.name() + " is dead").isTrue();
        deaths++;
        Death none = new Death(() -> {});
        return follow(dead, store -> engine(instance, source, store, none, time, config -> config));
    }

    private BackfillManager engine(
            String instance,
            ScriptedSource source,
            Persistence persistence,
            Death death,
            TimeSource clock,
            UnaryOperator<EngineConfigBuilder> change) {
        return engines.engine(
                instance,
                mailboxes.watch(instance, source),
                MortalPersistence.of(persistence, death, claims::add),
                clock,
                config -> change.apply(config.sweepInterval(SWEEP)));
    }

    /** Closes something once every instance that was made after this is closed. */
    final <T extends AutoCloseable> T own(T one) {
        return engines.own(one);
    }

    final OpenMailboxes mailboxes() {
        return mailboxes;
    }

    final RecordingSink sink() {
        return engines.sink();
    }

    /** How many died so far. */
    final int deaths() {
        return deaths;
    }

    /** The epoch of each claim of a job, whoever made it. */
    final List<Long> epochs(JobId id) {
        return claims.stream()
                .filter(lease -> lease.jobId().equals(id))
                .map(Lease::epoch)
                .toList();
    }

    @Override
    public final void close() {
        engines.close();
    }

    /** Stands still once its instance is dead, so that nothing but the hold ends a run: not that its store is away for too long. */
    private static final class TimeOfTheDead implements TimeSource {
        private final TimeSource time;
        private final Death death;
        private final AtomicLong last;

        TimeOfTheDead(TimeSource time, Death death) {
            this.time = time;
            this.death = death;
            this.last = new AtomicLong(time.nanoTime());
        }

        @Override
        public Instant instant() {
            return time.instant();
        }

        @Override
        public long nanoTime() {
            return death.hasCome() ? last.get() : last.updateAndGet(before -> time.nanoTime());
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return time.schedule(delay, task);
        }
    }
}
