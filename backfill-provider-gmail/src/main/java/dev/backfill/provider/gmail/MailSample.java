package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.MessageFetcher.Form;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Gets a few of the messages that a query finds, to say of all of them what nobody tells without: what is got beside each message, and
 * how many bytes all comes to on the wire. Where attachments count, those that Gmail finds with attachments are sampled apart from the
 * rest, which has few (pictures in the text), so that a few messages are enough. A mailbox of no more messages than the sample is read
 * whole. What of it fails is left out. Immutable and thread-safe.
 */
final class MailSample {
    /** The most that the sample itself may cost, beside one list in 500 messages with attachments. */
    static final int MOST_UNITS = 400;

    /** Base64 is a third longer than a content, and gzip takes that back; measured of bytes that cannot be compressed. */
    private static final double CONTENT_ON_THE_WIRE = 1.01;

    /** A MIME has contents in Base64 and lines, and comes in Base64 itself; measured as above. */
    private static final double CONTENT_WITHIN_MIME = 1.3;

    /** The most messages: as many as are worth their time. */
    private static final int MOST_MESSAGES = 80;

    /** As many of those with attachments are told from the rest, the newest; older ones count among the rest, by what is found there. */
    private static final int MOST_LISTED = 2_000;

    /** The sample must leave time for the rest of an estimate, for which somebody waits. */
    private static final Duration MOST_TIME = Duration.ofSeconds(20);

    private final Windows windows;
    private final GmailClient client;
    private final ApiCalls calls;
    private final Prices prices;
    private final Form form;
    private final boolean raw;
    private final boolean countsBytes;
    private final InstantSource clock;

    /**
     * @param settings say what requests cost, and whether there is a limit of bytes
     * @param form what messages are read as
     */
    MailSample(
            Windows windows,
            GmailClient client,
            ApiCalls calls,
            GmailSettings settings,
            Form form,
            InstantSource clock) {
        this.windows = windows;
        this.client = client;
        this.calls = calls;
        this.prices = settings.prices();
        this.form = form;
        this.raw = settings.raw();
        this.countsBytes = settings.dailyBytes() > 0;
        this.clock = clock;
    }

    /**
     * Gives what messages cost beyond the requests that get them.
     *
     * @param query the query
     * @param selection what it means
     * @param ids the messages, all or the newest of them
     * @return the costs, the bytes of the messages themselves among them; nothing where there is nothing to learn
     */
    MailCost beside(MailQuery query, Selection selection, IdList ids) {
        boolean opens = form == Form.PARTS && query.attachments();
        if (ids.isEmpty() || !opens && !countsBytes) {
            return MailCost.NOTHING;
        }
        Instant end = clock.instant().plus(MOST_TIME);
        BooleanSupplier wanted = () -> clock.instant().isBefore(end);
        List<String> attached = new ArrayList<>();
        List<String> others = new ArrayList<>();
        IdList found = opens || form != Form.PARTS ? attached(query, selection, wanted) : new IdList();
        for (String id : ids) {
            (found.contains(id) ? attached : others).add(id);
        }
        int most = Math.max(1, Math.min(MOST_MESSAGES, MOST_UNITS / prices.get().units()));
        int ofAttached = Math.min(attached.size(), Math.max(most / 2, most - others.size()));
        MailCost one = opens ? new MailCost(1, prices.attachment().units(), 0) : MailCost.NOTHING;
        MailCost all = of(attached, ofAttached, one, message -> beside(message, query, selection), wanted)
                .plus(of(
                        others,
                        most - ofAttached,
                        MailCost.NOTHING,
                        message -> beside(message, query, selection),
                        wanted));
        return countsBytes ? all : new MailCost(all.calls(), all.units(), 0);
    }

    /** The messages with attachments; none where the server does not search for them, so that all are sampled alike. */
    private IdList attached(MailQuery query, Selection selection, BooleanSupplier wanted) {
        try {
            return windows.listAttached(
                            selection, Scopes.window(Scopes.ALL, query.from(), query.to()), MOST_LISTED, wanted)
                    .ids();
        } catch (SourceException refused) {
            if (refused.kind() == SourceException.Kind.STOPPED) {
                throw refused;
            }
            return new IdList();
        }
    }

    /**
     * Gives what some messages cost by a sample of them, evenly from the first to the last.
     *
     * @param most how many to get
     * @param otherwise what each is taken to cost where none was given
     * @param cost what one costs beside itself
     * @param wanted false once there is no more time
     */
    private MailCost of(
            List<String> ids,
            int most,
            MailCost otherwise,
            Function<GmailMessage, MailCost> cost,
            BooleanSupplier wanted) {
        int count = Math.min(most, ids.size());
        List<ApiRequest<MailCost>> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = ids.get((int) ((2L * i + 1) * ids.size() / (2L * count)));
            requests.add(new ApiRequest<>(prices.get(), () -> cost.apply(client.full(id)), wanted));
        }
        long before = client.receivedBytes();
        List<Outcome<MailCost>> outcomes = calls.all(requests);
        MailCost sum = new MailCost(0, 0, client.receivedBytes() - before);
        int answered = 0;
        for (Outcome<MailCost> outcome : outcomes) {
            if (outcome instanceof Outcome.Success<MailCost> success) {
                sum = sum.plus(success.value());
                answered++;
            }
        }
        return answered == 0 ? otherwise.times(ids.size()) : sum.times((double) ids.size() / answered);
    }

    private MailCost beside(GmailMessage message, MailQuery query, Selection selection) {
        if (!selection.accepts(message.labelIds())) {
            return MailCost.NOTHING;
        }
        Bodies bodies = MessageFetcher.readable(() -> Bodies.of(message.payload()));
        return form == Form.PARTS ? ofParts(bodies, query) : ofMime(bodies, query);
    }

    /** Large bodies are got by themselves, and so are attachments that are opened. */
    private MailCost ofParts(Bodies bodies, MailQuery query) {
        MailCost cost = MailCost.NOTHING;
        for (GmailPart part : bodies.missing()) {
            cost = cost.plus(content(part));
        }
        for (GmailPart part : bodies.attachedParts()) {
            if (query.opens(part.size())) {
                cost = cost.plus(content(part));
            }
        }
        return cost;
    }

    private MailCost content(GmailPart part) {
        // One that came with its message has no name of its own: its message is got once more for it.
        double units = part.attachmentId() == null
                ? prices.get().units()
                : prices.attachment().units();
        return new MailCost(1, units, part.size() * CONTENT_ON_THE_WIRE);
    }

    /** The MIME holds all; what of it is too large to be held is got with it once more. */
    private MailCost ofMime(Bodies bodies, MailQuery query) {
        List<GmailPart> apart = new ArrayList<>(bodies.missing());
        bodies.attachedParts().stream()
                .filter(part -> part.attachmentId() != null)
                .forEach(apart::add);
        double bytes = apart.stream().mapToDouble(GmailPart::size).sum() * CONTENT_WITHIN_MIME;
        MailCost cost = new MailCost(0, 0, bytes);
        for (GmailPart part : bodies.attachedParts()) {
            if (query.opens(part.size()) && part.size() > HeldContents.MAX_BYTES_EACH) {
                cost = cost.plus(again(part, bytes));
            }
        }
        return cost;
    }

    /** Without a mailbox read as MIMEs, an attachment is asked for as one: by its message's parts, which name it. */
    private MailCost again(GmailPart part, double bytesOfMime) {
        return raw
                ? new MailCost(1, prices.get().units(), bytesOfMime)
                : new MailCost(
                        2,
                        (double) prices.get().units() + prices.attachment().units(),
                        part.size() * CONTENT_ON_THE_WIRE);
    }
}
