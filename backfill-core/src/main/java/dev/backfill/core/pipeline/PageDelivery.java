package dev.backfill.core.pipeline;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobFailure.Kind;
import dev.backfill.api.JobFailure.Stage;
import dev.backfill.api.JobId;
import dev.backfill.core.throttle.MemoryBudget;
import dev.backfill.core.time.StopToken;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.EmailEvent.Change;
import dev.backfill.spi.EmailEvent.SyncType;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkLimits;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Brings the items of pages to the sink: encodes on the walk's thread, publishes without waiting, and gives each item its
 * outcome. Thread-safe.
 */
final class PageDelivery {
    private static final int MAX_BACK_OFF_DOUBLINGS = 16;

    private final RunScope scope;
    private final AccountRef account;
    private final JobId jobId;
    private final String mailboxKey;
    private final RunContents runContents;
    private final StopToken handOver;
    private final JobQueue.Hold hold;
    private final RunInbox inbox;
    private final SinkLimits limits;
    private final AtomicInteger waitingForSink = new AtomicInteger();

    PageDelivery(
            RunScope scope,
            AccountRef account,
            JobId jobId,
            String mailboxKey,
            RunContents runContents,
            StopToken handOver,
            JobQueue.Hold hold,
            RunInbox inbox) {
        this.scope = scope;
        this.account = account;
        this.jobId = jobId;
        this.mailboxKey = mailboxKey;
        this.runContents = runContents;
        this.handOver = handOver;
        this.hold = hold;
        this.inbox = inbox;
        this.limits = scope.publisher().limits();
    }

    /** Hands over all items of a page; the scope of a message names it where it fails. What it throws is a failure of the walk; the page is then never settled. */
    void deliver(Page page, List<PageItem> items, UnaryOperator<String> scopeOf, SyncType syncType) {
        int next = 0;
        try (PageContents contents = runContents.of(items)) {
            for (; next < items.size(); next++) {
                deliver(page.slot(next), items.get(next), contents.take(), scopeOf, syncType);
            }
            page.handedOver();
        } finally {
            if (next < items.size()) {
                for (int i = next; i < items.size(); i++) {
                    page.slot(i).abandoned(Page.bytesOf(items.get(i)));
                }
                page.abandoned();
            }
        }
    }

    /** True while at least one message waits because the sink refused it for now. */
    boolean isWaitingForSink() {
        return waitingForSink.get() > 0;
    }

    private void deliver(
            Page.Slot slot,
            PageItem item,
            PageContents.Contents contents,
            UnaryOperator<String> scopeOf,
            SyncType syncType) {
        Instant now = scope.time().instant();
        if (item instanceof PageItem.Skipped) {
            slot.skipped(Page.bytesOf(item));
        } else if (item instanceof PageItem.Failed failed) {
            slot.failed(
                    Page.bytesOf(item),
                    new Page.Failure(
                            syncType == SyncType.INCREMENTAL ? failed.ref().ofChange() : failed.ref(),
                            Stage.FETCH,
                            kindOf(failed.kind()),
                            failed.reason(),
                            now));
        } else if (item instanceof PageItem.Deleted deleted) {
            Instant seenAt = deleted.seenAt();
            EmailEvent event = new EmailEvent(
                    Change.DELETE,
                    syncType,
                    account,
                    mailboxKey,
                    jobId,
                    deleted.messageId(),
                    deleted.revision(),
                    null,
                    List.of(),
                    List.of(),
                    seenAt == null ? now : seenAt);
            encodeAndPublish(slot, item, event, contents, scopeOf);
        } else if (item instanceof PageItem.Message message) {
            encodeAndPublish(slot, item, event(message, contents, syncType, now), contents, scopeOf);
        }
    }

    private static Kind kindOf(SourceException.Kind kind) {
        return switch (kind) {
            // A request that a stop ended is like one that failed for now.
            case RETRY, STOPPED -> Kind.RETRY;
            case RETRY_SMALLER -> Kind.RETRY_SMALLER;
            case THROTTLED -> Kind.THROTTLED;
            case PARKED -> Kind.PARKED;
            case AUTH -> Kind.AUTH;
            case RESTART_PARTITION -> Kind.RESTART_PARTITION;
            case SKIP_MESSAGE -> Kind.SKIP_MESSAGE;
            case SKIP_PARTITION -> Kind.SKIP_PARTITION;
            case FAIL_JOB -> Kind.FAIL_JOB;
        };
    }

    private EmailEvent event(PageItem.Message message, PageContents.Contents contents, SyncType syncType, Instant now) {
        EmailMessage email = contents.completed(message.email());
        Change change = message.change() == PageItem.Change.CREATE ? Change.CREATE : Change.UPDATE;
        return new EmailEvent(
                change,
                syncType,
                account,
                mailboxKey,
                jobId,
                email.id(),
                email.revision(),
                email,
                contents.contents(),
                contents.omitted(),
                now);
    }

    private void encodeAndPublish(
            Page.Slot slot,
            PageItem item,
            EmailEvent event,
            PageContents.Contents contents,
            UnaryOperator<String> scopeOf) {
        FailureRef met = FailureRef.message(scopeOf.apply(event.messageId()), event.messageId());
        FailureRef ref = event.change() == Change.CREATE ? met : met.ofChange();
        OutboundMessage message = null;
        try {
            message = scope.encoder().encode(event, limits);
        } catch (SinkException tooLarge) {
            slot.failed(
                    Page.bytesOf(item),
                    new Page.Failure(ref, Stage.ENCODE, Kind.PERMANENT, tooLarge.code(), event.at()));
            return;
        } finally {
            if (message == null) {
                contents.close();
            }
        }
        // From here on the engine holds the encoded form and the sink a copy of it, and the model is garbage. The
        // contents' room is a part of theirs and is given back with it.
        long held = 2L * message.data().length;
        MemoryBudget.Reservation room = contents.room();
        long reserved = 0;
        if (room != null) {
            reserved = Math.min(room.bytes(), held);
            room.adjust(reserved);
        }
        long bytes = held - reserved;
        slot.holdMore(bytes - Page.bytesOf(item));
        new Sending(slot, message, ref, bytes, contents).attempt();
    }

    /** One message on its way, through as many attempts as it takes. */
    private final class Sending {
        private final Page.Slot slot;
        private final OutboundMessage message;
        private final FailureRef ref;
        private final long bytes;
        private final PageContents.Contents contents;
        private int refusals;

        Sending(Page.Slot slot, OutboundMessage message, FailureRef ref, long bytes, PageContents.Contents contents) {
            this.slot = slot;
            this.message = message;
            this.ref = ref;
            this.bytes = bytes;
            this.contents = contents;
        }

        private void abandoned() {
            contents.close();
            slot.abandoned(bytes);
        }

        void attempt() {
            if (handOver.isStopped()) {
                abandoned();
                return;
            }
            if (!hold.isHeld()) {
                // Another instance may publish this message by now; this one must not, however long it was frozen.
                handOver.stop();
                abandoned();
                inbox.put(new RunInbox.Stop(new RunEnd.Superseded()));
                return;
            }
            CompletionStage<String> acknowledgement;
            try {
                acknowledgement = requireNonNull(scope.publisher().publish(message), "the sink's answer");
            } catch (RuntimeException | LinkageError | AssertionError refused) {
                // Whatever a sink throws has an outcome, or its page would be on its way for ever.
                refused(refused);
                return;
            }
            acknowledgement.whenComplete((id, error) -> {
                if (error == null) {
                    contents.close();
                    slot.published(bytes);
                } else {
                    refused(error);
                }
            });
        }

        private void refused(Throwable error) {
            Throwable cause =
                    error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            SinkException.Kind kind =
                    cause instanceof SinkException sinkError ? sinkError.kind() : SinkException.Kind.FATAL;
            switch (kind) {
                case TRANSIENT -> tryAgainLater();
                case PERMANENT -> {
                    contents.close();
                    slot.failed(
                            bytes,
                            new Page.Failure(
                                    ref,
                                    Stage.PUBLISH,
                                    Kind.PERMANENT,
                                    codeOf(cause),
                                    scope.time().instant()));
                }
                case FATAL -> {
                    handOver.stop();
                    abandoned();
                    inbox.put(new RunInbox.Stop(new RunEnd.Failed(codeOf(cause), describe(cause))));
                }
            }
        }

        private void tryAgainLater() {
            waitingForSink.incrementAndGet();
            Duration longest =
                    scope.config().publishRetryFirst().multipliedBy(1L << Math.min(refusals++, MAX_BACK_OFF_DOUBLINGS));
            if (longest.compareTo(scope.config().publishRetryMax()) > 0) {
                longest = scope.config().publishRetryMax();
            }
            Duration pause = Duration.ofNanos(scope.random().nextLong(longest.toNanos() + 1));
            scope.time().schedule(pause, this::attemptAgain);
        }

        private void attemptAgain() {
            try {
                scope.helpers().execute(() -> {
                    waitingForSink.decrementAndGet();
                    attemptOnHelper();
                });
            } catch (RejectedExecutionException closing) {
                waitingForSink.decrementAndGet();
                abandoned();
                inbox.put(new RunInbox.Stop(new RunEnd.Requeued(null, null)));
            }
        }

        /** No walk hears of an error here, so that the run must. */
        private void attemptOnHelper() {
            try {
                attempt();
            } catch (Error fatal) {
                refused(fatal);
                throw fatal;
            }
        }

        private String codeOf(Throwable cause) {
            return cause instanceof SinkException sinkError ? sinkError.code() : "SINK_UNMAPPED";
        }

        private @Nullable String messageOf(Throwable cause) {
            return cause instanceof SinkException ? cause.getMessage() : null;
        }

        private String describe(Throwable cause) {
            String message = messageOf(cause);
            return message != null
                    ? message
                    : "The sink failed with " + cause.getClass().getName() + ", which it did not classify.";
        }
    }
}
