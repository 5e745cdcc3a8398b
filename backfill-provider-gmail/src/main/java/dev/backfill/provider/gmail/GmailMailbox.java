package dev.backfill.provider.gmail;

import dev.backfill.api.AccountRef;
import dev.backfill.model.MailFolder;
import dev.backfill.provider.gmail.MessageFetcher.Form;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One Gmail mailbox. Hands each task to the class that knows it; Thread-safe. */
final class GmailMailbox implements Mailbox {
    private final MailboxContext context;
    private final Prices prices;
    private final GmailClient client;
    private final ApiCalls calls;
    private final KnownLabels labels;
    private final Contents contents;
    private final Windows windows;
    private final GoneLabels goneLabels;
    private final Reading plain;
    private final Reading withMime;

    private GmailMailbox(MailboxContext context, GmailSettings settings, GmailClient client) {
        this.context = context;
        this.prices = settings.prices();
        this.client = client;
        this.calls = context.calls();
        this.labels = new KnownLabels(client, calls, prices);
        this.contents = new Contents(client, calls, prices, settings.raw());
        this.windows = new Windows(client, calls, prices, context.clock(), settings.overlap());
        this.goneLabels = new GoneLabels(client, calls, prices);
        this.plain = reading(settings.raw() ? Form.MIME : Form.PARTS, settings);
        this.withMime = reading(Form.WITH_MIME, settings);
    }

    private Reading reading(Form form, GmailSettings settings) {
        return Reading.of(form, client, calls, settings, context.clock(), windows, goneLabels, contents);
    }

    static GmailMailbox open(MailboxContext context, GmailSettings settings) {
        return new GmailMailbox(context, settings, new GmailClient(context, settings));
    }

    /**
     * Gives the hash of the mailbox's address in lower case, so that no store or log holds an address. Every right that Google
     * grants to read mail reads the profile too, so a refusal is an error, never another key, or the key would change with
     * the rights and the same mail would be published under other keys. An address that its owner changes is another key.
     *
     * <p>A server without profiles (404 or 501, none of Google's) tells nobody whose mailbox it is: there the key is the hash of
     * the user and the account as it was given, in lower case. Two users have never one key, though they may name one mailbox;
     * and one user's {@code me} and address are two keys. Within a job the account stays the same and so does the key.
     */
    @Override
    public String key() {
        ListJson.Profile profile = profile();
        if (profile != null) {
            return Hashes.sha256("gmail:" + lower(profile.address()));
        }
        AccountRef account = context.account();
        // Hashed by itself, so that no user's name can run into the account's.
        String user = Hashes.sha256(account.user().value());
        return Hashes.sha256("gmail:" + user + "/" + lower(account.account()));
    }

    private static String lower(String account) {
        return account.strip().toLowerCase(Locale.ROOT);
    }

    /** The profile; null where a server has none. */
    private ListJson.@Nullable Profile profile() {
        try {
            return calls.call(prices.profile(), client::profile);
        } catch (SourceException missing) {
            if (missing.code().equals(GmailErrors.NOT_SERVED)) {
                return null;
            }
            throw missing;
        }
    }

    @Override
    public List<MailFolder> folders() {
        List<ListJson.Label> known = calls.call(prices.labels(), client::labels);
        List<ApiRequest<ListJson.Label>> requests = new ArrayList<>();
        for (ListJson.Label label : known) {
            requests.add(new ApiRequest<>(prices.label(), () -> client.label(label.id())));
        }
        List<Outcome<ListJson.Label>> counted = calls.all(requests);
        List<ListJson.Label> all = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            ListJson.Label label = known.get(i);
            Long messages = counted.get(i) instanceof Outcome.Success<ListJson.Label> success
                    ? success.value().messages()
                    : null;
            all.add(new ListJson.Label(label.id(), label.name(), label.type(), label.hidden(), messages));
        }
        Labels fresh = Labels.of(all);
        labels.set(fresh);
        return fresh.folders();
    }

    /** Gmail gives a message or its MIME: who wants both has the message read from its MIME. */
    private Reading reading(MailQuery query) {
        return query.rawMime() ? withMime : plain;
    }

    /** The labels that a query names, by what they are called now. */
    private Set<String> named(MailQuery query) {
        return Selection.named(query, Selection.needsLabels(query) ? labels.get() : null);
    }

    /** What a query means in a scope: the labels that it began with, whatever they are called by now. */
    private Selection selection(MailQuery query, String scope) {
        List<String> labelIds = Scopes.labelIds(Scopes.base(scope));
        return Selection.of(query, labelIds == null ? named(query) : labelIds);
    }

    /** As {@link #selection}, without the labels that are gone by now: a list by one is an error. */
    private Selection selectionLeft(MailQuery query, String scope, Labels known) {
        List<String> labelIds = Scopes.labelIds(Scopes.base(scope));
        if (labelIds == null || known.ids().isEmpty()) {
            return selection(query, scope);
        }
        return Selection.of(
                query, labelIds.stream().filter(known.ids()::contains).toList());
    }

    @Override
    public MailEstimate estimate(MailQuery query) {
        return reading(query).estimator().estimate(query, Selection.of(query, named(query)));
    }

    @Override
    public MailEstimate count(MailQuery query) {
        return reading(query).estimator().count(query, Selection.of(query, named(query)));
    }

    @Override
    public List<Partition> plan(MailQuery query) {
        return plan(query, Scopes.of(named(query)));
    }

    private List<Partition> plan(MailQuery query, String scope) {
        List<Partition> plan = new ArrayList<>();
        ListJson.Profile profile = query.pins() ? profile() : null;
        if (profile != null && !profile.historyId().isEmpty() && keepsHistory(profile.historyId())) {
            plan.add(Scopes.pin(scope));
        }
        plan.addAll(windows.plan(query, selection(query, scope), scope));
        return plan;
    }

    /** Whether the history can be read from a record; a pin that nobody can build on would have everything read twice. */
    private boolean keepsHistory(String historyId) {
        try {
            calls.call(prices.history(), () -> client.history(historyId, null));
            return true;
        } catch (SourceException missing) {
            if (missing.code().equals(GmailErrors.NOT_SERVED) || missing.code().equals(GmailErrors.HISTORY_GONE)) {
                return false;
            }
            throw missing;
        }
    }

    @Override
    public List<Partition> planChanges(MailQuery query, Map<String, String> pins) {
        String scope = scopeOfChanges(query, pins.keySet());
        String pin = pins.get(scope);
        if (pin != null) {
            return List.of(Scopes.changes(scope, pin));
        }
        // The names mean other labels than those that were pinned.
        return pins.isEmpty() ? List.of() : plan(query, scope);
    }

    /** The scope that the query has now; where its labels are not called so any more, the one that was pinned. */
    private String scopeOfChanges(MailQuery query, Set<String> pinned) {
        String first = pinned.isEmpty() ? Scopes.ALL : pinned.iterator().next();
        if (pinned.size() == 1 && Scopes.labelIds(first) == null) {
            return first;
        }
        try {
            return Scopes.of(named(query));
        } catch (SourceException renamed) {
            if (renamed.code().equals(Selection.NOT_FOUND) && pinned.size() == 1) {
                return first;
            }
            throw renamed;
        }
    }

    @Override
    public PageEnd fetch(MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        if (Scopes.isGone(partition.scope())) {
            throw GoneLabels.skipped();
        }
        PageWriter naming = labels.naming(writer);
        return switch (partition.kind()) {
            case PIN -> PageEnd.token(pin(), 0, 0);
            case WINDOW -> window(query, partition, position, limit, naming);
            case CHANGES -> changes(query, partition, position, limit, naming);
        };
    }

    /** Walks a window; once more by the labels that are left where it turns out that one is gone. */
    private PageEnd window(MailQuery query, Partition window, Position position, PageLimit limit, PageWriter writer) {
        try {
            return walk(query, window, position, limit, writer);
        } catch (SourceException refused) {
            if (goneLabels.explain(window.scope(), refused)) {
                return walk(query, window, position, limit, writer);
            }
            throw refused;
        }
    }

    private PageEnd walk(MailQuery query, Partition window, Position position, PageLimit limit, PageWriter writer) {
        List<String> labelIds = Scopes.labelIds(Scopes.base(window.scope()));
        Selection selection = Selection.of(query, labelIds == null ? named(query) : goneLabels.left(labelIds));
        WindowWalk.Job job = new WindowWalk.Job(query, selection, labels.orNone(), window);
        return reading(query).walk().fetch(job, position, limit, writer);
    }

    private String pin() {
        ListJson.Profile profile = profile();
        if (profile == null || profile.historyId().isEmpty()) {
            throw SourceException.of(SourceException.Kind.SKIP_PARTITION, SourceException.Scope.PARTITION, "NO_HISTORY")
                    .build("the server gives no history id, so nothing can be built on this run");
        }
        return profile.historyId();
    }

    /** Walks changes; where the history is gone everything is listed again, behind a new pin. */
    private PageEnd changes(
            MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        Selection selection = selection(query, partition.scope());
        try {
            return reading(query)
                    .changes()
                    .fetch(query, selection, labels.orNone(), partition, position, limit, writer);
        } catch (SourceException error) {
            if (!error.code().equals(GmailErrors.HISTORY_GONE)) {
                throw error;
            }
            List<Partition> again = new ArrayList<>();
            again.add(Scopes.pin(partition.scope()));
            again.addAll(windows.plan(query, selection, partition.scope()));
            return PageEnd.replaced(again, 0, 0);
        }
    }

    @Override
    public void replay(MailQuery query, List<FailureRef> refs, PageWriter writer) {
        Labels known = labels.orNone();
        new Replay(
                        reading(query),
                        windows,
                        query,
                        scope -> selectionLeft(query, scope, known),
                        known,
                        labels.naming(writer))
                .run(refs);
    }

    @Override
    public InputStream open(ContentRef ref, long maxBytes) {
        return contents.open(ref, maxBytes);
    }

    @Override
    public void close() {
        client.close();
        plain.walk().clear();
        withMime.walk().clear();
        contents.clear();
    }

    /** {@return a text that hides the account} */
    @Override
    public String toString() {
        return "GmailMailbox[" + context.account() + "]";
    }
}
