package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job shall read, and how. It never holds a credential. Immutable and thread-safe.
 *
 * <pre>{@code
 * BackfillRequest request = BackfillRequest.builder("microsoft", "me")
 *         .from(Instant.parse("2020-01-01T00:00:00Z"))
 *         .folders(List.of("inbox", "sent"))
 *         .build();
 * }</pre>
 *
 * @param provider the provider's id, {@code [a-z0-9-]{1,32}}
 * @param account the account at the provider, 1 to 320 characters
 * @param mode what is read, default {@link Mode#FULL}
 * @param from the first instant of received time, inclusive; null for the whole mailbox
 * @param to the end of received time, exclusive; null for none. Where it is still to come, or null, a job reads what was received
 *     when it was planned, then what comes in the folders until it has read their changes, and waits for nothing; what comes after
 *     that is for a job of mode INCREMENTAL, which goes on to the same end or to another
 * @param folders known names ({@code inbox, sent, drafts, archive, deleted, junk, all}), provider folder names, paths or
 *     ids, at most 1,000; empty means all mail but the deleted and the junk. For Microsoft {@code hidden} too, which means all
 *     folders that users do not see, and {@code all} does not: name both for both
 * @param batchSize messages a page, 1 to 1000; null for the engine's default, 100 unless configured otherwise
 * @param rateLimit provider requests a second, 1 to 1000, the provider's quota holds as well; null for the engine's default,
 *     100 unless configured otherwise
 * @param includeAttachments true to publish the content of small attachments; what they are is always published
 * @param rawMime true to publish each message's whole MIME as well, with all that is attached, as far as the sink has room for it.
 *     For Microsoft that is a request more for each message; for Google messages are then read as their MIME, one by one
 * @param includeDeleted true to read deleted mail as well
 * @param maxEmails the most messages to read, 1 or more; null for no bound
 * @param priority 1 (last) to 10 (first), default 5
 * @param dailyShare the share of what the provider, or the host's own quotas, give in 24 hours (units, requests, bytes) that the
 *     mailbox's jobs with a share may use together, over 0 and at most 1; a job that has used it is parked until some of it is
 *     free again; null for no bound. Refused for a provider that counts nothing by the day
 * @param pin false to leave out the marks from which a later incremental job could start, default true
 */
public record BackfillRequest(
        String provider,
        String account,
        Mode mode,
        @Nullable Instant from,
        @Nullable Instant to,
        List<String> folders,
        @Nullable Integer batchSize,
        @Nullable Integer rateLimit,
        boolean includeAttachments,
        boolean rawMime,
        boolean includeDeleted,
        @Nullable Long maxEmails,
        int priority,
        @Nullable Double dailyShare,
        boolean pin) {
    /** The largest {@link #batchSize()}: {@value}. */
    public static final int MAX_BATCH_SIZE = 1_000;

    /** The largest {@link #rateLimit()}: {@value}. */
    public static final int MAX_RATE_LIMIT = 1_000;

    /** The default of {@link #priority()}: {@value}. */
    public static final int DEFAULT_PRIORITY = 5;

    /** The highest {@link #priority()}: {@value}. */
    public static final int MAX_PRIORITY = 10;

    /** The most {@link #folders()}: {@value}. */
    public static final int MAX_FOLDERS = 1_000;

    /** Checks every field and the order of the dates. */
    public BackfillRequest {
        new AccountRef(new UserId("-"), provider, account);
        requireNonNull(mode, "mode");
        folders = List.copyOf(folders);
        inRange("batch_size", batchSize, MAX_BATCH_SIZE);
        inRange("rate_limit", rateLimit, MAX_RATE_LIMIT);
        inRange("priority", priority, MAX_PRIORITY);
        if (from != null && to != null && !from.isBefore(to)) {
            throw new InvalidRequestException("start_date", "must be before end_date " + to + ", was " + from);
        }
        if (folders.size() > MAX_FOLDERS) {
            throw new InvalidRequestException("folders", "at most " + MAX_FOLDERS + ", had " + folders.size());
        }
        if (folders.stream().anyMatch(String::isBlank)) {
            throw new InvalidRequestException("folders", "a folder must not be blank");
        }
        if (maxEmails != null && maxEmails < 1) {
            throw new InvalidRequestException("max_emails", "must be 1 or more, was " + maxEmails);
        }
        if (dailyShare != null && !(dailyShare > 0 && dailyShare <= 1)) {
            throw new InvalidRequestException("daily_share", "must be over 0 and at most 1, was " + dailyShare);
        }
    }

    private static void inRange(String field, @Nullable Integer value, int max) {
        if (value != null && (value < 1 || value > max)) {
            throw new InvalidRequestException(field, "must be 1 to " + max + ", was " + value);
        }
    }

    /**
     * Starts a builder with the defaults.
     *
     * @param provider the provider's id, for instance {@code google}
     * @param account the account at the provider, or {@link AccountRef#ME}
     * @return a builder
     */
    public static Builder builder(String provider, String account) {
        return new Builder(provider, account);
    }

    /**
     * Gives the same request for another provider.
     *
     * @param value the provider's id
     * @return a changed copy
     */
    public BackfillRequest withProvider(String value) {
        return toBuilder(value).build();
    }

    /**
     * Fills in what the request leaves to the engine.
     *
     * @param defaultBatchSize {@link #batchSize()} where the request does not say
     * @param defaultRateLimit {@link #rateLimit()} where the request does not say
     * @return a request that says both
     */
    public BackfillRequest withDefaults(int defaultBatchSize, int defaultRateLimit) {
        return toBuilder()
                .batchSize(batchSize == null ? Integer.valueOf(defaultBatchSize) : batchSize)
                .rateLimit(rateLimit == null ? Integer.valueOf(defaultRateLimit) : rateLimit)
                .build();
    }

    /** {@return a builder that holds this request's values} */
    public Builder toBuilder() {
        return toBuilder(provider);
    }

    private Builder toBuilder(String otherProvider) {
        Builder builder = new Builder(otherProvider, account);
        builder.mode = mode;
        builder.from = from;
        builder.to = to;
        builder.folders = folders;
        builder.batchSize = batchSize;
        builder.rateLimit = rateLimit;
        builder.includeAttachments = includeAttachments;
        builder.rawMime = rawMime;
        builder.includeDeleted = includeDeleted;
        builder.maxEmails = maxEmails;
        builder.priority = priority;
        builder.dailyShare = dailyShare;
        builder.pin = pin;
        return builder;
    }

    /** {@return a text without account and folders, safe for logs} */
    @Override
    public String toString() {
        return "BackfillRequest[" + provider + ", " + mode + ", " + from + " to " + to + "]";
    }

    /** Collects the fields of a request. Not thread-safe. */
    public static final class Builder {
        private final String provider;
        private String account;
        private Mode mode = Mode.FULL;
        private @Nullable Instant from;
        private @Nullable Instant to;
        private List<String> folders = List.of();
        private @Nullable Integer batchSize;
        private @Nullable Integer rateLimit;
        private boolean includeAttachments;
        private boolean rawMime;
        private boolean includeDeleted;
        private @Nullable Long maxEmails;
        private int priority = DEFAULT_PRIORITY;
        private @Nullable Double dailyShare;
        private boolean pin = true;

        private Builder(String provider, String account) {
            this.provider = requireNonNull(provider, "provider");
            this.account = requireNonNull(account, "account");
        }

        /**
         * Sets {@link BackfillRequest#account()}.
         *
         * @param value the value; checked in {@link #build()}
         * @return this builder
         */
        public Builder account(String value) {
            this.account = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#mode()}.
         *
         * @param value the value; checked in {@link #build()}
         * @return this builder
         */
        public Builder mode(Mode value) {
            this.mode = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#from()}.
         *
         * @param value the value, null for none; checked in {@link #build()}
         * @return this builder
         */
        public Builder from(@Nullable Instant value) {
            this.from = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#to()}.
         *
         * @param value the value, null for none; checked in {@link #build()}
         * @return this builder
         */
        public Builder to(@Nullable Instant value) {
            this.to = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#folders()}.
         *
         * @param value the value; checked in {@link #build()}
         * @return this builder
         */
        public Builder folders(List<String> value) {
            this.folders = new ArrayList<>(value);
            return this;
        }

        /**
         * Sets {@link BackfillRequest#batchSize()}.
         *
         * @param value the value, null for the engine's default; checked in {@link #build()}
         * @return this builder
         */
        public Builder batchSize(@Nullable Integer value) {
            this.batchSize = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#rateLimit()}.
         *
         * @param value the value, null for the engine's default; checked in {@link #build()}
         * @return this builder
         */
        public Builder rateLimit(@Nullable Integer value) {
            this.rateLimit = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#includeAttachments()}.
         *
         * @param value the value; checked in {@link #build()}
         * @return this builder
         */
        public Builder includeAttachments(boolean value) {
            this.includeAttachments = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#rawMime()}.
         *
         * @param value true to publish it
         * @return this builder
         */
        public Builder rawMime(boolean value) {
            this.rawMime = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#includeDeleted()}.
         *
         * @param value the value; checked in {@link #build()}
         * @return this builder
         */
        public Builder includeDeleted(boolean value) {
            this.includeDeleted = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#maxEmails()}.
         *
         * @param value the value, null for none; checked in {@link #build()}
         * @return this builder
         */
        public Builder maxEmails(@Nullable Long value) {
            this.maxEmails = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#priority()}.
         *
         * @param value the value; checked in {@link #build()}
         * @return this builder
         */
        public Builder priority(int value) {
            this.priority = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#dailyShare()}.
         *
         * @param value the value, null for none; checked in {@link #build()}
         * @return this builder
         */
        public Builder dailyShare(@Nullable Double value) {
            this.dailyShare = value;
            return this;
        }

        /**
         * Sets {@link BackfillRequest#pin()}.
         *
         * @param value the value; checked in {@link #build()}
         * @return this builder
         */
        public Builder pin(boolean value) {
            this.pin = value;
            return this;
        }

        /**
         * Checks all fields.
         *
         * @return the request
         * @throws InvalidRequestException if a field is out of its range; it names the field, the value and the range
         */
        public BackfillRequest build() {
            return new BackfillRequest(
                    provider,
                    account,
                    mode,
                    from,
                    to,
                    folders,
                    batchSize,
                    rateLimit,
                    includeAttachments,
                    rawMime,
                    includeDeleted,
                    maxEmails,
                    priority,
                    dailyShare,
                    pin);
        }
    }
}
