package dev.backfill.testkit.gmail;

import static java.util.Objects.requireNonNull;

import dev.backfill.testkit.http.AcceptedTokens;
import dev.backfill.testkit.http.FaultPlan;
import dev.backfill.testkit.http.LoopbackServer;
import dev.backfill.testkit.http.QuotaMeter;
import dev.backfill.testkit.http.RequestJournal;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A Gmail for tests: the reading part of the Gmail API v1 over HTTP on 127.0.0.1: profile, labels, messages (list, get in its
 * four formats, attachments), threads and history, with {@code q}, {@code labelIds}, {@code includeSpamTrash},
 * {@code maxResults}, {@code pageToken} and {@code fields}. A message's id is {@link StoredMail#id()}, its thread's id
 * {@link StoredMail#threadKey()}. What goes wrong is said by {@link #faults()}, what was asked by {@link #journal()}, who may
 * ask by {@link #tokens()}. {@code me} is the mailbox of the token's owner; as long as any token is taken it is the first
 * mailbox. Thread-safe.
 *
 * <pre>{@code
 * try (FakeGmail gmail = FakeGmail.builder().mailbox("ann@example.com", mails).start()) {
 *     settings.put("root-url", gmail.rootUrl().toString());
 * }
 * }</pre>
 */
public final class FakeGmail implements AutoCloseable {
    /** How many requests of a user a fake with a quota lets run at once; the real number is not documented: {@value}. */
    public static final int CONCURRENT = 25;

    private final LoopbackServer server;
    private final Map<String, GmailMailbox> mailboxes;
    private final FaultPlan faults;
    private final RequestJournal journal = new RequestJournal();
    private final AcceptedTokens tokens;
    private final @Nullable QuotaMeter quota;
    private final GmailApp app;
    private final GmailRouter router;

    private FakeGmail(Builder builder) throws IOException {
        this.mailboxes = Collections.unmodifiableMap(new LinkedHashMap<>(builder.mailboxes));
        this.faults = builder.faults;
        this.tokens = builder.tokens;
        this.quota = builder.quota;
        this.app = new GmailApp(builder.quirks, builder.beforeList);
        this.router = new GmailRouter(mailboxes, tokens, quota, builder.price, builder.latency, app);
        this.server = LoopbackServer.start(router, journal, faults, builder.port);
    }

    /**
     * Starts a builder.
     *
     * @return a builder without a mailbox, without a quota, that takes any token
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return the root to crawl, which ends in a slash} */
    public URI rootUrl() {
        return URI.create(server.uri() + "/");
    }

    /**
     * Gives a mailbox, to look at or to change.
     *
     * @param address the address it was made with
     * @return the mailbox
     * @throws NoSuchElementException if there is none
     */
    public GmailMailbox mailbox(String address) {
        GmailMailbox mailbox = mailboxes.get(address.toLowerCase(Locale.ROOT));
        if (mailbox == null) {
            throw new NoSuchElementException("no such mailbox");
        }
        return mailbox;
    }

    /** {@return what goes wrong; rules may be added while the server runs} */
    public FaultPlan faults() {
        return faults;
    }

    /** {@return what was asked} */
    public RequestJournal journal() {
        return journal;
    }

    /** {@return who may ask} */
    public AcceptedTokens tokens() {
        return tokens;
    }

    /**
     * Says with which tokens a mailbox was asked for.
     *
     * @param mailbox the mailbox
     * @return the different tokens that were taken, without the word Bearer
     */
    public Set<String> tokensSeen(GmailMailbox mailbox) {
        return router.tokensSeen(mailbox);
    }

    /** Gives all attachments new ids, as Gmail does in each answer; the old ones are refused from now on. */
    public void renameAttachments() {
        app.renameAttachments();
    }

    /**
     * Says how many requests for a mailbox ran at the same time at the most.
     *
     * @param mailbox the mailbox
     * @return the peak; 0 if the quota is off
     */
    public int peakConcurrency(GmailMailbox mailbox) {
        return quota == null ? 0 : quota.peakConcurrency(mailbox.address());
    }

    /** Stops the server at once. Does not throw; may be called twice. */
    @Override
    public void close() {
        router.close();
        server.close();
    }

    /** What requests cost. */
    public enum Prices {
        /** Projects from May 2026 on: 6,000 units a minute and user. */
        NEW(6_000, 20, 20, 40),
        /** Projects from before: 15,000 units a minute and user. */
        LEGACY(15_000, 5, 5, 10);

        private final int unitsAMinute;
        private final int get;
        private final int attachment;
        private final int thread;

        Prices(int unitsAMinute, int get, int attachment, int thread) {
            this.unitsAMinute = unitsAMinute;
            this.get = get;
            this.attachment = attachment;
            this.thread = thread;
        }

        private int of(List<String> path) {
            return switch (path.get(0)) {
                case "messages" -> path.size() == 1 ? 5 : path.size() == 2 ? get : attachment;
                case "threads" -> path.size() == 1 ? 10 : thread;
                case "history" -> 2;
                default -> 1;
            };
        }
    }

    /** Collects what a fake is made of. Not thread-safe. */
    public static final class Builder {
        private final Map<String, GmailMailbox> mailboxes = new LinkedHashMap<>();
        private final FaultPlan faults = new FaultPlan();
        private final AcceptedTokens tokens = new AcceptedTokens();
        private GmailQuirks quirks = GmailQuirks.DEFAULT;
        private LongConsumer beforeList = number -> {};
        private ToIntFunction<List<String>> price = path -> 1;
        private Duration latency = Duration.ZERO;
        private @Nullable QuotaMeter quota;
        private int port;

        private Builder() {}

        /**
         * Adds a mailbox.
         *
         * @param address its address
         * @param mails its messages
         * @return this builder
         */
        public Builder mailbox(String address, Collection<StoredMail> mails) {
            GmailMailbox mailbox = new GmailMailbox(address).addAll(mails);
            if (mailboxes.putIfAbsent(address.toLowerCase(Locale.ROOT), mailbox) != null) {
                throw new IllegalArgumentException("there is a mailbox of that address already");
            }
            return this;
        }

        /**
         * Sets the quirks; the default is {@link GmailQuirks#DEFAULT}.
         *
         * @param value the quirks
         * @return this builder
         */
        public Builder quirks(GmailQuirks value) {
            this.quirks = requireNonNull(value, "quirks");
            return this;
        }

        /**
         * Switches Google's quota of a user on, with {@link #CONCURRENT} requests at once.
         *
         * @param prices what requests cost
         * @return this builder
         */
        public Builder quota(Prices prices) {
            return quota(prices, prices.unitsAMinute, CONCURRENT, Clock.systemUTC());
        }

        /**
         * Switches a quota on.
         *
         * @param prices what requests cost
         * @param unitsAMinute units a user may spend in a minute, 1 or more
         * @param concurrent requests of a user at once, 1 or more
         * @param clock tells the time
         * @return this builder
         */
        public Builder quota(Prices prices, long unitsAMinute, int concurrent, InstantSource clock) {
            return quota(prices, new QuotaMeter(unitsAMinute, Duration.ofMinutes(1), concurrent, clock));
        }

        /**
         * Switches a quota on whose meter can be read; its keys are the mailboxes' addresses.
         *
         * @param prices what requests cost
         * @param meter keeps each mailbox to the quota
         * @return this builder
         */
        public Builder quota(Prices prices, QuotaMeter meter) {
            this.price = prices::of;
            this.quota = requireNonNull(meter, "meter");
            return this;
        }

        /**
         * Sets how long each answer takes, within the quota of requests at once; the default is no time.
         *
         * @param value the time
         * @return this builder
         */
        public Builder latency(Duration value) {
            this.latency = requireNonNull(value, "latency");
            return this;
        }

        /**
         * Sets what is called just before each list of messages is made, with its number from 1: the place to let mail
         * arrive, move or go in the middle of a crawl.
         *
         * @param hook called on the server's threads
         * @return this builder
         */
        public Builder beforeList(LongConsumer hook) {
            this.beforeList = requireNonNull(hook, "hook");
            return this;
        }

        /**
         * Sets the port; the default is a free one.
         *
         * @param value the port, 0 for a free one
         * @return this builder
         */
        public Builder port(int value) {
            this.port = value;
            return this;
        }

        /**
         * Starts the server.
         *
         * @return the running fake
         * @throws IOException if the port is taken
         * @throws IllegalStateException if there is no mailbox
         */
        public FakeGmail start() throws IOException {
            if (mailboxes.isEmpty()) {
                throw new IllegalStateException("a fake needs a mailbox; call mailbox(..)");
            }
            return new FakeGmail(this);
        }
    }
}
