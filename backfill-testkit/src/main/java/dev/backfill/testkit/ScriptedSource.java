package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.CountKind;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SpiVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A mail provider that follows a script: mailboxes of generated mail, faults as data, and a log of what it was asked. It walks
 * by received second and id as real providers are walked, sends every request through {@link MailboxContext#calls()}, and makes
 * messages when they are asked for, so that a mailbox of a million needs no memory. Thread-safe.
 *
 * <pre>{@code
 * ScriptedSource source = ScriptedSource.builder()
 *         .mailbox(ScriptedFolder.inbox(5_000))
 *         .faults(FaultScript.builder().fail(At.window(0, 2), 1, Fault.throttled(Duration.ofSeconds(7))).build())
 *         .build();
 * }</pre>
 */
public final class ScriptedSource implements EmailSource {
    /** The provider's id unless a test says otherwise: {@value}. */
    public static final String DEFAULT_ID = "scripted";

    /** The request that asks which mailbox this is: {@value}. */
    public static final String PROFILE = "profile";

    /** The request for the folders: {@value}. */
    public static final String FOLDERS = "folders";

    /** The request that a plan needs: {@value}. */
    public static final String PLAN = "plan";

    /** The request for a scope's token: {@value}. */
    public static final String PIN = "pin";

    /** The request for a page of messages: {@value}. */
    public static final String LIST = "list";

    /** The request for a page of changes: {@value}. */
    public static final String CHANGES = "changes";

    /** The request for a count: {@value}. */
    public static final String COUNT = "count";

    /** The request for one message: {@value}. */
    public static final String GET = "get";

    /** The request for an attachment or the raw message: {@value}. */
    public static final String CONTENT = "content";

    private final String id;
    private final Map<String, ScriptedAccount> accounts;
    private final @Nullable ScriptedAccount anyAccount;
    private final List<Quota> quotas;
    private final List<Quota> dailyAllowance;
    private final Options options;
    private final FaultState faults;
    private final MailMaker maker;
    private final Map<String, Operation> operations = new ConcurrentHashMap<>();
    private final Set<String> refusedTokens = ConcurrentHashMap.newKeySet();
    private final SourceLog log = new SourceLog();

    /** How a source answers. */
    record Options(
            int windowMessages,
            boolean singleGets,
            boolean borderRepeats,
            boolean counting,
            boolean changes,
            CountKind estimateKind,
            Map<String, Integer> prices,
            Consumer<String> onRequest) {}

    private ScriptedSource(Builder builder) {
        this.id = builder.id;
        this.accounts = Map.copyOf(builder.accounts);
        this.anyAccount = builder.anyAccount;
        this.quotas = List.copyOf(builder.quotas);
        this.dailyAllowance = builder.dailyAllowance;
        this.options = new Options(
                builder.windowMessages,
                builder.singleGets,
                builder.borderRepeats,
                builder.counting,
                builder.changes,
                builder.estimateKind,
                Map.copyOf(builder.prices),
                builder.onRequest);
        this.faults = new FaultState(builder.faults);
        this.maker = new MailMaker(builder.seed, longestBody());
    }

    private int longestBody() {
        int longest = 0;
        for (ScriptedAccount account : accounts.values()) {
            longest = Math.max(longest, longestBody(account));
        }
        return anyAccount == null ? longest : Math.max(longest, longestBody(anyAccount));
    }

    private static int longestBody(ScriptedAccount account) {
        return account.folders().stream()
                .mapToInt(ScriptedFolder::bodyBytes)
                .max()
                .orElse(0);
    }

    /** {@return a builder of a source that has no mailbox yet} */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String providerId() {
        return id;
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public List<Quota> quotas(Settings settings) {
        settings.requireKnown(Set.of());
        return quotas;
    }

    @Override
    public List<Quota> dailyAllowance(Settings settings) {
        return dailyAllowance;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the source has no such account
     */
    @Override
    public Mailbox open(MailboxContext context) {
        ScriptedAccount account = accounts.getOrDefault(context.account().account(), anyAccount);
        if (account == null) {
            throw new IllegalArgumentException("the script names no such account");
        }
        log.opened();
        return new ScriptedMailbox(this, account, context);
    }

    /**
     * Puts other faults in place of those so far and begins to count them anew.
     *
     * @param script the faults from now on
     */
    public void faults(FaultScript script) {
        faults.replace(requireNonNull(script, "script"));
    }

    /**
     * Refuses a token from now on, in every mailbox.
     *
     * @param token the token
     */
    public void refuseToken(String token) {
        refusedTokens.add(token);
    }

    /** {@return what the source was asked} */
    public SourceLog log() {
        return log;
    }

    /**
     * Gives an account, to change what lies in it.
     *
     * @param name the account's name
     * @return the account
     */
    public ScriptedAccount account(String name) {
        return requireNonNull(accounts.getOrDefault(name, anyAccount), "the script names no such account");
    }

    /**
     * Gives the mailbox that {@link Builder#mailbox(ScriptedFolder...)} made.
     *
     * @return the account
     */
    public ScriptedAccount account() {
        return requireNonNull(anyAccount, "the script names no mailbox for every account");
    }

    boolean refuses(String token) {
        return refusedTokens.contains(token);
    }

    Operation operation(String name) {
        return operations.computeIfAbsent(
                name, key -> new Operation(key, options.prices().getOrDefault(key, 1)));
    }

    Options options() {
        return options;
    }

    FaultState faults() {
        return faults;
    }

    MailMaker maker() {
        return maker;
    }

    /** Collects the script. Not thread-safe. */
    public static final class Builder {
        private String id = DEFAULT_ID;
        private final Map<String, ScriptedAccount> accounts = new HashMap<>();
        private @Nullable ScriptedAccount anyAccount;
        private List<Quota> quotas = List.of();
        private List<Quota> dailyAllowance = List.of();
        private int windowMessages = 1_000;
        private boolean singleGets;
        private boolean borderRepeats = true;
        private boolean counting = true;
        private boolean changes = true;
        private CountKind estimateKind = CountKind.EXACT;
        private final Map<String, Integer> prices = new HashMap<>();
        private FaultScript faults = FaultScript.NONE;
        private long seed = 1;
        private Consumer<String> onRequest = operation -> {};

        private Builder() {}

        /**
         * Sets the provider's id.
         *
         * @param value the id, {@code [a-z0-9-]{1,32}}
         * @return this builder
         */
        public Builder id(String value) {
            this.id = requireNonNull(value, "id");
            return this;
        }

        /**
         * Gives every account that is not named the same mailbox, with the key {@code any}.
         *
         * @param folders its folders
         * @return this builder
         */
        public Builder mailbox(ScriptedFolder... folders) {
            this.anyAccount = ScriptedAccount.of("any", folders);
            return this;
        }

        /**
         * Gives one account its mailbox.
         *
         * @param name the account as a request names it
         * @param account what lies in it; the same object under two names is one mailbox
         * @return this builder
         */
        public Builder account(String name, ScriptedAccount account) {
            accounts.put(name, account);
            return this;
        }

        /**
         * Sets the limits the engine shall keep; none by default.
         *
         * @param value the limits
         * @return this builder
         */
        public Builder quotas(Quota... value) {
            this.quotas = List.of(value);
            return this;
        }

        /**
         * Sets what a day gives; nothing by default.
         *
         * @param value quotas of a day
         * @return this builder
         */
        public Builder dailyAllowance(Quota... value) {
            this.dailyAllowance = List.of(value);
            return this;
        }

        /**
         * Sets how many messages a window of the plan holds, 1 or more, default 1,000.
         *
         * @param value about how many; messages of one second stay together
         * @return this builder
         */
        public Builder windowMessages(int value) {
            this.windowMessages = value;
            return this;
        }

        /**
         * Asks for the ids of a page first and for each message by itself, many at a time, as Gmail wants it.
         *
         * @return this builder
         */
        public Builder singleGets() {
            this.singleGets = true;
            return this;
        }

        /**
         * Begins each page behind the last message rather than at its second; then no entry repeats.
         *
         * @return this builder
         */
        public Builder noBorderRepeats() {
            this.borderRepeats = false;
            return this;
        }

        /**
         * Gives no count at the end of a window.
         *
         * @return this builder
         */
        public Builder noCounts() {
            this.counting = false;
            return this;
        }

        /**
         * Lists no changes, and so has no pins.
         *
         * @return this builder
         */
        public Builder noChanges() {
            this.changes = false;
            return this;
        }

        /**
         * Sets how sure an estimate is, default EXACT.
         *
         * @param value the kind; ESTIMATE is a tenth too high
         * @return this builder
         */
        public Builder estimates(CountKind value) {
            this.estimateKind = value;
            return this;
        }

        /**
         * Sets the price of an operation, default 1.
         *
         * @param operation the operation's name, for instance {@link #GET}
         * @param units its price in cost units, 1 or more
         * @return this builder
         */
        public Builder price(String operation, int units) {
            prices.put(operation, units);
            return this;
        }

        /**
         * Sets what goes wrong; nothing by default.
         *
         * @param value the faults
         * @return this builder
         */
        public Builder faults(FaultScript value) {
            this.faults = value;
            return this;
        }

        /**
         * Sets the seed of the texts, default 1.
         *
         * @param value the seed
         * @return this builder
         */
        public Builder seed(long value) {
            this.seed = value;
            return this;
        }

        /**
         * Sets what is called within each request, before its answer is made; for instance to move the time.
         *
         * @param value takes the operation's name, on the request's thread
         * @return this builder
         */
        public Builder onRequest(Consumer<String> value) {
            this.onRequest = value;
            return this;
        }

        /** {@return the source} */
        public ScriptedSource build() {
            return new ScriptedSource(this);
        }
    }
}
