package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.AccountRef;
import dev.backfill.api.UserId;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Settings;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * What a mailbox needs, without an engine: for the tests of a provider. Requests run at once on the caller's thread (many of
 * them one after another, or on a pool), nothing ever waits, and errors come to the test as they are. Thread-safe.
 *
 * <pre>{@code
 * DirectMailboxContext context = DirectMailboxContext.builder("microsoft", "me")
 *         .settings(Map.of("base-url", fake.baseUrl()))
 *         .token("secret-1")
 *         .build();
 * try (Mailbox mailbox = new MicrosoftSource().open(context)) { ... }
 * assertThat(context.requests("messages.list")).isEqualTo(3);
 * }</pre>
 */
public final class DirectMailboxContext implements MailboxContext {
    private final AccountRef account;
    private final Settings settings;
    private final InstantSource clock;
    private final AccessTokens tokens;
    private final DirectCalls calls;

    private DirectMailboxContext(Builder builder) {
        this.account = builder.account;
        this.settings = Settings.of(builder.account.provider(), builder.settings);
        this.clock = builder.clock;
        this.tokens = builder.tokens;
        this.calls = new DirectCalls(builder.retries, builder.tokens, builder.pool);
    }

    /**
     * Begins a context of the user {@code tester}.
     *
     * @param provider the provider's id
     * @param account the account
     * @return a builder with no settings, no retries and the token {@code token}
     */
    public static Builder builder(String provider, String account) {
        return new Builder(new AccountRef(UserId.of("tester"), provider, account));
    }

    /**
     * Begins a context.
     *
     * @param account the account
     * @return a builder with no settings, no retries and the token {@code token}
     */
    public static Builder builder(AccountRef account) {
        return new Builder(account);
    }

    @Override
    public AccountRef account() {
        return account;
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public AccessTokens tokens() {
        return tokens;
    }

    @Override
    public ApiCalls calls() {
        return calls;
    }

    /** {@return how many requests were sent, each retry as one} */
    public int requests() {
        return calls.requests();
    }

    /**
     * Counts the requests of an operation.
     *
     * @param operation the operation's name
     * @return how many were sent, each retry as one
     */
    public int requests(String operation) {
        return calls.requests(operation);
    }

    /** {@return what all requests cost, each retry counted, in the provider's cost units} */
    public long units() {
        return calls.units();
    }

    /** {@return the bytes that the mailbox said it received, see {@link ApiCalls#received}} */
    public long bytes() {
        return calls.bytes();
    }

    /** {@return the most requests that were under way at once} */
    public int mostAtOnce() {
        return calls.mostAtOnce();
    }

    /** {@return what the mailbox asked for with {@link ApiCalls#awaitRoom}, in turn; there is always room} */
    public List<Long> rooms() {
        return calls.rooms();
    }

    /** {@return by operation name, how many requests were sent} */
    public Map<String, Integer> byOperation() {
        return calls.byOperation();
    }

    /** Collects the parts of a context. Not thread-safe. */
    public static final class Builder {
        private final AccountRef account;
        private Map<String, String> settings = Map.of();
        private InstantSource clock = InstantSource.system();
        private AccessTokens tokens = () -> "token";
        private int retries;
        private @Nullable ExecutorService pool;

        private Builder(AccountRef account) {
            this.account = requireNonNull(account, "account");
        }

        /**
         * Sets the provider's settings.
         *
         * @param value the settings by name
         * @return this builder
         */
        public Builder settings(Map<String, String> value) {
            this.settings = Map.copyOf(value);
            return this;
        }

        /**
         * Sets the wall clock, default the system's.
         *
         * @param value the clock
         * @return this builder
         */
        public Builder clock(InstantSource value) {
            this.clock = requireNonNull(value, "clock");
            return this;
        }

        /**
         * Sets the one token.
         *
         * @param value the token
         * @return this builder
         */
        public Builder token(String value) {
            return tokens(() -> value);
        }

        /**
         * Sets where tokens come from. After an error of kind AUTH the request is sent once more.
         *
         * @param value gives tokens
         * @return this builder
         */
        public Builder tokens(AccessTokens value) {
            this.tokens = requireNonNull(value, "tokens");
            return this;
        }

        /**
         * Sends a request again after RETRY and THROTTLED, at once; without this every error goes to the test.
         *
         * @param value how often, 0 or more
         * @return this builder
         */
        public Builder retries(int value) {
            this.retries = value;
            return this;
        }

        /**
         * Runs the requests of {@link ApiCalls#all} on a pool rather than one after another.
         *
         * @param value the pool; the test ends it
         * @return this builder
         */
        public Builder pool(ExecutorService value) {
            this.pool = requireNonNull(value, "pool");
            return this;
        }

        /** {@return the context} */
        public DirectMailboxContext build() {
            return new DirectMailboxContext(this);
        }
    }
}
