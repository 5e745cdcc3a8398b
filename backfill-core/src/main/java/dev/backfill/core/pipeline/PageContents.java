package dev.backfill.core.pipeline;

import dev.backfill.core.pipeline.MessageContents.Ask;
import dev.backfill.core.throttle.MemoryBudget.Reservation;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.RawMime;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.OmittedContent;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the contents of a page's messages, those of many messages side by side: as many as memory has room for now, and at
 * least those of the next message. Before it waits for room, all it fetched earlier is handed over, so that it waits for the sink
 * and never for itself. Confined to the walk's thread; closing it lets go of what was fetched and not taken.
 */
final class PageContents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PageContents.class);

    /** How many contents are asked for at once. */
    private static final int MOST_AT_ONCE = 100;

    /**
     * A content is held twice while it is read from what a provider holds whole; then itself and in Base64, a third longer, in its
     * event; then the event and the sink's copy of it.
     */
    private static final long HELD_PER_BYTE = 3;

    private final RunContents common;
    private final List<PageItem> items;
    private final Deque<Contents> fetched = new ArrayDeque<>();
    private int next;
    private boolean trusting = true;

    PageContents(RunContents common, List<PageItem> items) {
        this.common = common;
        this.items = items;
    }

    /**
     * The contents of one message. Whoever takes them closes the room.
     *
     * @param of what came and what did not
     * @param room the memory they hold until the sink has them; null for none
     */
    record Contents(@Nullable MessageContents of, @Nullable Reservation room) {
        List<AttachmentContent> contents() {
            return of == null ? List.of() : of.contents();
        }

        List<OmittedContent> omitted() {
            return of == null ? List.of() : of.omitted();
        }

        /** The message with its MIME, where that was asked for. */
        EmailMessage completed(EmailMessage email) {
            RawMime mime = of == null ? null : of.rawMime();
            return mime == null ? email : email.withRawMime(mime);
        }

        void close() {
            if (room != null) {
                room.close();
            }
        }
    }

    /** The contents of the page's next item, be it a message or not. */
    Contents take() {
        while (fetched.isEmpty()) {
            fetchSome();
        }
        next++;
        return fetched.removeFirst();
    }

    @Override
    public void close() {
        fetched.forEach(Contents::close);
        fetched.clear();
    }

    private void fetchSome() {
        reserve();
        List<Ask> wave = nextWave();
        while (!wave.isEmpty()) {
            ask(wave);
            wave = nextWave();
        }
        dropDeceived();
    }

    /** Makes room for the next message, and for those behind it as far as there is room without waiting. */
    private void reserve() {
        long bytes = 0;
        int asks = 0;
        for (int i = next; i < items.size(); i++) {
            MessageContents message = messageOf(items.get(i));
            int more = message == null ? 0 : message.waiting();
            if (message == null || more == 0) {
                fetched.add(new Contents(message, null));
                continue;
            }
            long needed = HELD_PER_BYTE * message.mostBytes();
            boolean first = asks == 0;
            if (!first
                    && (asks + more > MOST_AT_ONCE
                            || bytes + needed > common.limits().atOnce())) {
                return;
            }
            Reservation room = first ? common.reserve(needed) : common.memory().tryReserveToFinish(needed);
            if (room == null) {
                return;
            }
            fetched.add(new Contents(message, room));
            bytes += needed;
            asks += more;
        }
    }

    private @Nullable MessageContents messageOf(PageItem item) {
        return !common.asked().nothing() && item instanceof PageItem.Message message
                ? new MessageContents(message.email(), common.asked(), common.limits(), trusting)
                : null;
    }

    private List<Ask> nextWave() {
        List<Ask> wave = new ArrayList<>();
        for (Contents one : fetched) {
            if (one.of() != null) {
                wave.addAll(one.of().nextWave());
            }
        }
        return wave;
    }

    private void ask(List<Ask> wave) {
        List<Supplier<byte @Nullable []>> questions = new ArrayList<>();
        for (Ask ask : wave) {
            questions.add(() -> read(ask));
        }
        List<Outcome<byte @Nullable []>> outcomes = common.gate().sideBySide(questions);
        ruleOutOutage(outcomes);
        for (int i = 0; i < wave.size(); i++) {
            answered(wave.get(i), outcomes.get(i));
        }
    }

    /**
     * A content that is not answered for is left out for good, so that where none was the provider is asked for what costs it least.
     * If it does not answer that either, nothing is known of the contents, and the page is read again when it does.
     */
    private void ruleOutOutage(List<Outcome<byte @Nullable []>> outcomes) {
        if (outcomes.stream().allMatch(PageContents::isUnanswered)) {
            common.mailbox().key();
        }
    }

    private static boolean isUnanswered(Outcome<byte @Nullable []> outcome) {
        return outcome instanceof Outcome.Failure<byte @Nullable []> failure
                && switch (failure.error().kind()) {
                    case RETRY, RETRY_SMALLER -> true;
                    default -> false;
                };
    }

    /** Null for a content that is longer than asked for; the bound holds whatever the plug-in gives. */
    private byte @Nullable [] read(Ask ask) {
        int limit = (int) Math.min(ask.limit(), Integer.MAX_VALUE - 16);
        try (InputStream stream = common.mailbox().open(ask.ref(), ask.limit())) {
            return ContentBytes.read(stream, limit);
        } catch (IOException brokenOff) {
            throw SourceException.of(SourceException.Kind.RETRY, SourceException.Scope.MESSAGE, "BROKEN_OFF")
                    .cause(brokenOff)
                    .build("the content broke off");
        }
    }

    private static void answered(Ask ask, Outcome<byte @Nullable []> outcome) {
        if (outcome instanceof Outcome.Failure<byte @Nullable []> failure) {
            SourceException error = failure.error();
            switch (error.kind()) {
                case SKIP_MESSAGE, RETRY, RETRY_SMALLER -> LOG.debug("content left out: {}", error.code());
                default -> throw error;
            }
            if (error.code().equals("TOO_LARGE")) {
                ask.of().tooLong(ask);
            } else {
                ask.of().unavailable(ask);
            }
            return;
        }
        byte[] bytes = outcome.get();
        if (bytes == null) {
            ask.of().tooLong(ask);
        } else {
            ask.of().came(ask, bytes);
        }
    }

    /** Sizes that were too small once are not trusted again on this page: what follows is asked for with room for the largest. */
    private void dropDeceived() {
        boolean deceived = false;
        List<Contents> kept = new ArrayList<>();
        for (Contents one : fetched) {
            deceived |= one.of() != null && one.of().isDeceived();
            if (deceived) {
                one.close();
            } else {
                kept.add(one);
            }
        }
        fetched.clear();
        fetched.addAll(kept);
        trusting &= !deceived;
    }
}
