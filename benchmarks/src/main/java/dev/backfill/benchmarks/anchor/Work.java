package dev.backfill.benchmarks.anchor;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobId;
import dev.backfill.core.encode.JsonEventEncoder;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.EmailEvent.Change;
import dev.backfill.spi.EmailEvent.SyncType;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MessageEncoder;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The work of the engine's bench, to be done by somebody else: the same mailbox, encoder and sink. Thread-safe.
 *
 * @param mailbox where mail is read
 * @param publisher where events go
 * @param account whose mailbox it is
 */
public record Work(Mailbox mailbox, MessagePublisher publisher, AccountRef account) {
    /** Messages a page, which are a chunk and a checkpoint too. */
    public static final int PAGE = 100;

    private static final PageLimit LIMIT = new PageLimit(PAGE, Long.MAX_VALUE);
    /** One upper bound for all readings, as a job's is frozen. */
    @SuppressWarnings("TimeInStaticInitializer")
    private static final MailQuery QUERY = new MailQuery(null, Instant.now(), List.of(), false, false);

    private static final MessageEncoder ENCODER = new JsonEventEncoder("bench", false);
    private static final JobId JOB = new JobId("backfill_bench_20260101_000000_00000000");

    /** {@return the windows of the mailbox, newest first} */
    public List<Partition> plan() {
        return mailbox.plan(QUERY);
    }

    /**
     * Reads a page.
     *
     * @param window what is walked
     * @param position where it goes on
     * @param mails takes the messages
     * @return how the page ended
     */
    public PageEnd read(Partition window, Position position, List<EmailMessage> mails) {
        return mailbox.fetch(QUERY, window, position, LIMIT, item -> {
            mails.add(((PageItem.Message) item).email());
            return mails.size() < PAGE ? PageWriter.Verdict.CONTINUE : PageWriter.Verdict.STOP;
        });
    }

    /**
     * Makes what is published.
     *
     * @param mail the message
     * @return its event
     */
    public OutboundMessage encode(EmailMessage mail) {
        EmailEvent event = new EmailEvent(
                Change.CREATE,
                SyncType.BACKFILL,
                account,
                "any",
                JOB,
                mail.id(),
                mail.revision(),
                mail,
                List.of(),
                List.of(),
                Instant.now());
        return ENCODER.encode(event, publisher.limits());
    }

    /**
     * Publishes messages and waits for all acknowledgements.
     *
     * @param messages the messages
     */
    public void publish(List<? extends OutboundMessage> messages) {
        List<CompletableFuture<String>> acknowledgements = new ArrayList<>(messages.size());
        for (OutboundMessage message : messages) {
            acknowledgements.add(publisher.publish(message).toCompletableFuture());
        }
        acknowledgements.forEach(CompletableFuture::join);
    }
}
