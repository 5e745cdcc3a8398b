package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.api.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as it is stored: no mail, no token, nothing that grows with the mailbox. Immutable and thread-safe; a changed copy is
 * made with {@link #toBuilder()}.
 *
 * @param id the job
 * @param account whose mail is read
 * @param request what was asked for; batch size and rate limit are filled in, so that a job keeps them whatever engine runs it
 * @param state where the job stands
 * @param wanted what the user wants of it
 * @param epoch how often the job was claimed; never goes back
 * @param owner the instance that claimed it last; null when nobody holds it
 * @param mailboxKey see {@link Mailbox#key()}; null before the job first ran
 * @param upperBound the frozen end of received time; null before the job was planned
 * @param phase how far the job's plan is
 * @param counts outcomes so far
 * @param total messages to read
 * @param totalKind how far the total can be trusted
 * @param apiCalls provider requests sent
 * @param retries provider requests sent again after a transient error
 * @param worked how long the job ran, without queued, parked, paused and throttled time
 * @param throttled how long it waited because the provider throttled
 * @param times when what happened
 * @param waiting what it waits for; null for nothing
 * @param limited true if it ended at its bound of messages
 * @param failure why it failed; null unless FAILED
 * @param notes what the reader of the result should know, at most 1,000
 * @param retryOf the job whose failures this one retries; null for others
 * @param bulkId the start over many accounts that made it; null for others
 * @param deletionsUnknownSince mail deleted between this and the job's start may not have been heard of; null if all was
 */
public record JobRecord(
        JobId id,
        AccountRef account,
        BackfillRequest request,
        JobState state,
        WantedState wanted,
        long epoch,
        @Nullable String owner,
        @Nullable String mailboxKey,
        @Nullable Instant upperBound,
        Phase phase,
        JobCounts counts,
        long total,
        CountKind totalKind,
        long apiCalls,
        long retries,
        Duration worked,
        Duration throttled,
        JobTimes times,
        @Nullable Waiting waiting,
        boolean limited,
        @Nullable JobError failure,
        List<JobNote> notes,
        @Nullable JobId retryOf,
        @Nullable String bulkId,
        @Nullable Instant deletionsUnknownSince) {
    /** How far a job's plan is. */
    public enum Phase {
        /** There is no plan yet. */
        NEW,
        /** The partitions are stored and being walked. */
        WALKING,
        /** The walk is over and the changes since its pins are being read. */
        DRAINING
    }

    /**
     * When things happened to a job. Immutable and thread-safe.
     *
     * @param created when it was made
     * @param queued when it was last queued
     * @param notBefore before this it shall not run; null for at once
     * @param started when it first ran; null before
     * @param ended when it ended; null before
     * @param paused when it was last paused; null if never
     * @param resumed when it was last resumed; null if never
     * @param progressed when it last moved; null before
     */
    public record JobTimes(
            Instant created,
            Instant queued,
            @Nullable Instant notBefore,
            @Nullable Instant started,
            @Nullable Instant ended,
            @Nullable Instant paused,
            @Nullable Instant resumed,
            @Nullable Instant progressed) {
        /** Checks what must be present. */
        public JobTimes {
            requireNonNull(created, "created");
            requireNonNull(queued, "queued");
        }
    }

    /**
     * Why a job failed. Immutable and thread-safe.
     *
     * @param code a stable code, for instance {@code AUTHENTICATION}
     * @param message a sentence on what failed and what to do, without mail, address or token
     */
    public record JobError(String code, String message) {
        /** Checks what must be present. */
        public JobError {
            requireNonNull(code, "code");
            requireNonNull(message, "message");
        }
    }

    /** Checks what must be present. */
    public JobRecord {
        requireNonNull(id, "id");
        requireNonNull(account, "account");
        requireNonNull(request, "request");
        requireNonNull(request.batchSize(), "request.batchSize");
        requireNonNull(request.rateLimit(), "request.rateLimit");
        requireNonNull(state, "state");
        requireNonNull(wanted, "wanted");
        requireNonNull(phase, "phase");
        requireNonNull(counts, "counts");
        requireNonNull(totalKind, "totalKind");
        requireNonNull(worked, "worked");
        requireNonNull(throttled, "throttled");
        requireNonNull(times, "times");
        notes = List.copyOf(notes);
    }

    /**
     * Makes the record of a job that is queued and has never run.
     *
     * @param id the job
     * @param account whose mail is read
     * @param request what was asked for, with batch size and rate limit
     * @param now the present time
     * @param retryOf the job whose failures it retries; null for others
     * @return the record
     */
    public static JobRecord queued(
            JobId id, AccountRef account, BackfillRequest request, Instant now, @Nullable JobId retryOf) {
        return new JobRecord(
                id,
                account,
                request,
                JobState.QUEUED,
                WantedState.RUN,
                0,
                null,
                null,
                null,
                Phase.NEW,
                JobCounts.ZERO,
                0,
                CountKind.UNKNOWN,
                0,
                0,
                Duration.ZERO,
                Duration.ZERO,
                new JobTimes(now, now, null, null, null, null, null, null),
                null,
                false,
                null,
                List.of(),
                retryOf,
                null,
                null);
    }

    /** {@return messages a page} */
    public int batchSize() {
        return requireNonNull(request.batchSize());
    }

    /** {@return provider requests a second} */
    public int rateLimit() {
        return requireNonNull(request.rateLimit());
    }

    /** {@return a text with id, state and counters alone: account and mailbox key may be addresses} */
    @Override
    public String toString() {
        return "JobRecord[" + id + ", " + state + ", wanted " + wanted + ", epoch " + epoch + ", " + counts + "]";
    }

    /** {@return a builder that holds this record's values} */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Makes a changed copy of a record. Not thread-safe. */
    public static final class Builder {
        private final JobRecord base;
        private JobState state;
        private WantedState wanted;
        private long epoch;
        private @Nullable String owner;
        private @Nullable String mailboxKey;
        private @Nullable Instant upperBound;
        private Phase phase;
        private JobCounts counts;
        private long total;
        private CountKind totalKind;
        private long apiCalls;
        private long retries;
        private Duration worked;
        private Duration throttled;
        private JobTimes times;
        private @Nullable Waiting waiting;
        private boolean limited;
        private @Nullable JobError failure;
        private List<JobNote> notes;
        private @Nullable String bulkId;
        private @Nullable Instant deletionsUnknownSince;

        private Builder(JobRecord base) {
            this.base = base;
            this.state = base.state;
            this.wanted = base.wanted;
            this.epoch = base.epoch;
            this.owner = base.owner;
            this.mailboxKey = base.mailboxKey;
            this.upperBound = base.upperBound;
            this.phase = base.phase;
            this.counts = base.counts;
            this.total = base.total;
            this.totalKind = base.totalKind;
            this.apiCalls = base.apiCalls;
            this.retries = base.retries;
            this.worked = base.worked;
            this.throttled = base.throttled;
            this.times = base.times;
            this.waiting = base.waiting;
            this.limited = base.limited;
            this.failure = base.failure;
            this.notes = base.notes;
            this.bulkId = base.bulkId;
            this.deletionsUnknownSince = base.deletionsUnknownSince;
        }

        /**
         * Sets {@link JobRecord#state()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder state(JobState value) {
            this.state = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#wanted()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder wanted(WantedState value) {
            this.wanted = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#epoch()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder epoch(long value) {
            this.epoch = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#owner()}.
         *
         * @param value the value, null for none
         * @return this builder
         */
        public Builder owner(@Nullable String value) {
            this.owner = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#mailboxKey()}.
         *
         * @param value the value, null for none
         * @return this builder
         */
        public Builder mailboxKey(@Nullable String value) {
            this.mailboxKey = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#upperBound()}.
         *
         * @param value the value, null for none
         * @return this builder
         */
        public Builder upperBound(@Nullable Instant value) {
            this.upperBound = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#phase()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder phase(Phase value) {
            this.phase = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#counts()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder counts(JobCounts value) {
            this.counts = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#total()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder total(long value) {
            this.total = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#totalKind()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder totalKind(CountKind value) {
            this.totalKind = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#apiCalls()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder apiCalls(long value) {
            this.apiCalls = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#retries()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder retries(long value) {
            this.retries = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#worked()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder worked(Duration value) {
            this.worked = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#throttled()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder throttled(Duration value) {
            this.throttled = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#times()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder times(JobTimes value) {
            this.times = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#waiting()}.
         *
         * @param value the value, null for none
         * @return this builder
         */
        public Builder waiting(@Nullable Waiting value) {
            this.waiting = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#limited()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder limited(boolean value) {
            this.limited = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#failure()}.
         *
         * @param value the value, null for none
         * @return this builder
         */
        public Builder failure(@Nullable JobError value) {
            this.failure = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#notes()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder notes(List<JobNote> value) {
            this.notes = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#bulkId()}.
         *
         * @param value the value, null for none
         * @return this builder
         */
        public Builder bulkId(@Nullable String value) {
            this.bulkId = value;
            return this;
        }

        /**
         * Sets {@link JobRecord#deletionsUnknownSince()}.
         *
         * @param value the value, null for none
         * @return this builder
         */
        public Builder deletionsUnknownSince(@Nullable Instant value) {
            this.deletionsUnknownSince = value;
            return this;
        }

        /** {@return the changed copy} */
        public JobRecord build() {
            return new JobRecord(
                    base.id,
                    base.account,
                    base.request,
                    state,
                    wanted,
                    epoch,
                    owner,
                    mailboxKey,
                    upperBound,
                    phase,
                    counts,
                    total,
                    totalKind,
                    apiCalls,
                    retries,
                    worked,
                    throttled,
                    times,
                    waiting,
                    limited,
                    failure,
                    notes,
                    base.retryOf,
                    bulkId,
                    deletionsUnknownSince);
        }
    }
}
