package dev.backfill.testkit.graph;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.FolderRole;
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
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A Microsoft Graph for tests: the mail part of v1.0 over HTTP on 127.0.0.1, read only. It answers in the shapes Microsoft
 * publishes, with immutable and classic ids, {@code $select}, {@code $filter}, {@code $orderby}, {@code $top}, {@code $skip},
 * {@code $count} and {@code $expand} of attachments, change lists, and with the limits and {@link GraphQuirks quirks} of the real service.
 * What goes wrong is said by {@link #faults()}, what was asked by {@link #journal()}, who may ask by {@link #tokens()}.
 * {@code /me} is the mailbox of the token's owner; as long as any token is taken it is the first mailbox. Thread-safe.
 *
 * <pre>{@code
 * try (FakeGraph graph = FakeGraph.builder().mailbox("ann@example.com", mails).start()) {
 *     settings.put("base-url", graph.baseUrl().toString());
 * }
 * }</pre>
 */
public final class FakeGraph implements AutoCloseable {
    /** Requests Graph allows an app on one mailbox within {@link #QUOTA_WINDOW}: {@value}. */
    public static final int QUOTA_REQUESTS = 10_000;

    /** The window of {@link #QUOTA_REQUESTS}: 10 minutes. */
    public static final Duration QUOTA_WINDOW = Duration.ofMinutes(10);

    /** Requests Graph allows an app on one mailbox at the same time: {@value}. */
    public static final int QUOTA_CONCURRENT = 4;

    private final LoopbackServer server;
    private final Map<String, GraphMailbox> mailboxes;
    private final FaultPlan faults;
    private final RequestJournal journal;
    private final AcceptedTokens tokens;
    private final @Nullable QuotaMeter quota;
    private final GraphRouter router;

    private FakeGraph(Builder builder) throws IOException {
        this.mailboxes = Map.copyOf(builder.mailboxes);
        this.faults = builder.faults;
        this.tokens = builder.tokens;
        this.journal = new RequestJournal();
        this.quota = builder.quota;
        MailboxApp app = new MailboxApp(
                new MessageLister(builder.quirks, builder.beforePage),
                new DeltaLister(builder.quirks, builder.delta, builder.beforeDelta));
        List<GraphMailbox> all = List.copyOf(builder.mailboxes.values());
        this.router = new GraphRouter(all, tokens, quota, app);
        this.server = LoopbackServer.start(router, journal, faults, builder.port);
        app.root(server.uri().toString());
    }

    /**
     * Starts a builder.
     *
     * @return a builder without a mailbox, without a quota, that takes any token
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return the address to crawl, which ends in {@code /v1.0}} */
    public URI baseUrl() {
        return URI.create(server.uri() + "/" + GraphRouter.VERSION);
    }

    /**
     * Gives a mailbox, to look at or to change.
     *
     * @param address the address it was made with
     * @return the mailbox
     * @throws NoSuchElementException if there is none
     */
    public GraphMailbox mailbox(String address) {
        GraphMailbox mailbox = mailboxes.get(address);
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
     * Lets a user read somebody else's mailbox too, by its address or id, as a delegate with Mail.Read.Shared may.
     *
     * @param mailbox the mailbox's address
     * @param reader the address of the user's own mailbox
     */
    public void share(String mailbox, String reader) {
        router.share(mailbox(mailbox), mailbox(reader));
    }

    /**
     * Says how many requests for a mailbox ran at the same time at the most.
     *
     * @param mailbox the mailbox
     * @return the peak; 0 if the quota is off
     */
    public int peakConcurrency(GraphMailbox mailbox) {
        return quota == null ? 0 : quota.peakConcurrency(mailbox.userId());
    }

    /**
     * Tells with which tokens a mailbox was read, so that a test can show that tokens never cross.
     *
     * @param mailbox the mailbox
     * @return the different tokens, without the word Bearer
     */
    public Set<String> tokensSeen(GraphMailbox mailbox) {
        return router.tokensSeen(mailbox);
    }

    /** Stops the server at once. Does not throw; may be called twice. */
    @Override
    public void close() {
        server.close();
    }

    /** Collects what a fake is made of. Not thread-safe. */
    public static final class Builder {
        private final Map<String, GraphMailbox> mailboxes = new LinkedHashMap<>();
        private final Map<FolderRole, String> displayNames = new EnumMap<>(FolderRole.class);
        private final FaultPlan faults = new FaultPlan();
        private final AcceptedTokens tokens = new AcceptedTokens();
        private GraphQuirks quirks = GraphQuirks.NONE;
        private DeltaOptions delta = DeltaOptions.NONE;
        private LongConsumer beforePage = number -> {};
        private LongConsumer beforeDelta = number -> {};
        private @Nullable QuotaMeter quota;
        private int port;

        private Builder() {}

        /**
         * Sets how a well-known folder is called, as in a mailbox of another language; for mailboxes added afterwards.
         *
         * @param role the folder
         * @param displayName its name; the default is English, as in {@link dev.backfill.testkit.mail.Profile#GRAPH}
         * @return this builder
         */
        public Builder folderName(FolderRole role, String displayName) {
            displayNames.put(requireNonNull(role, "role"), requireNonNull(displayName, "displayName"));
            return this;
        }

        /**
         * Adds a mailbox.
         *
         * @param address its address, case-sensitive
         * @param mails its messages
         * @return this builder
         */
        public Builder mailbox(String address, Collection<StoredMail> mails) {
            GraphMailbox mailbox = new GraphMailbox(address, displayNames).addAll(mails);
            if (mailboxes.putIfAbsent(address, mailbox) != null) {
                throw new IllegalArgumentException("there is a mailbox of that address already");
            }
            return this;
        }

        /**
         * Sets the quirks; the default is none.
         *
         * @param value the quirks
         * @return this builder
         */
        public Builder quirks(GraphQuirks value) {
            this.quirks = requireNonNull(value, "quirks");
            return this;
        }

        /**
         * Switches Graph's quota on: 10,000 requests in 10 minutes and 4 at the same time for each mailbox.
         *
         * @return this builder
         */
        public Builder quota() {
            return quota(QUOTA_REQUESTS, QUOTA_WINDOW, QUOTA_CONCURRENT, Clock.systemUTC());
        }

        /**
         * Switches a quota on.
         *
         * @param requests requests a window allows for each mailbox
         * @param window the length of the window
         * @param concurrent requests at the same time for each mailbox
         * @param clock tells the time
         * @return this builder
         */
        public Builder quota(long requests, Duration window, int concurrent, InstantSource clock) {
            this.quota = new QuotaMeter(requests, window, concurrent, clock);
            return this;
        }

        /**
         * Sets what is called just before each page of messages is made, with its number from 1: the place to let mail
         * arrive, move or go in the middle of a crawl.
         *
         * @param hook called on the server's threads
         * @return this builder
         */
        public Builder beforePage(LongConsumer hook) {
            this.beforePage = requireNonNull(hook, "hook");
            return this;
        }

        /**
         * Sets how the tokens of change lists are kept; the default is for ever.
         *
         * @param value the options
         * @return this builder
         */
        public Builder delta(DeltaOptions value) {
            this.delta = requireNonNull(value, "delta");
            return this;
        }

        /**
         * Sets what is called just before each page of a folder's changes is made, with its number from 1.
         *
         * @param hook called on the server's threads
         * @return this builder
         */
        public Builder beforeDelta(LongConsumer hook) {
            this.beforeDelta = requireNonNull(hook, "hook");
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
        public FakeGraph start() throws IOException {
            if (mailboxes.isEmpty()) {
                throw new IllegalStateException("a fake needs a mailbox; call mailbox(..)");
            }
            return new FakeGraph(this);
        }
    }
}
