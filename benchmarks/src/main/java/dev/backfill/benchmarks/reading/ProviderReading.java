package dev.backfill.benchmarks.reading;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.DirectMailboxContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A provider of ours without the engine: its plan, walked page by page. Stateless. */
public final class ProviderReading implements Reading {
    private static final PageLimit PAGE = new PageLimit(100, Long.MAX_VALUE);

    private final EmailSource source;
    private final Map<String, String> settings;

    /**
     * Makes a reading.
     *
     * @param source the provider
     * @param settings its settings
     */
    public ProviderReading(EmailSource source, Map<String, String> settings) {
        this.source = source;
        this.settings = settings;
    }

    @Override
    public Total read() {
        DirectMailboxContext context = DirectMailboxContext.builder(source.providerId(), "box")
                .settings(settings)
                .build();
        MailQuery query = new MailQuery(null, Instant.now().truncatedTo(ChronoUnit.SECONDS), List.of(), false, false);
        Counter counter = new Counter();
        try (Mailbox mailbox = source.open(context)) {
            Deque<Partition> left = new ArrayDeque<>(mailbox.plan(query));
            while (!left.isEmpty()) {
                Partition partition = left.removeFirst();
                Position position = Position.START;
                while (position != null) {
                    PageEnd end = mailbox.fetch(query, partition, position, PAGE, counter);
                    left.addAll(end.replacedBy());
                    position = end.next();
                }
            }
        }
        return counter.total;
    }

    /** Counts and forgets. Confined to one thread. */
    private static final class Counter implements PageWriter {
        private Total total = Total.NONE;

        @Override
        public Verdict write(PageItem item) {
            EmailMessage email = ((PageItem.Message) item).email();
            total = total.with(length(email.bodyText()) + length(email.bodyHtml()));
            return Verdict.CONTINUE;
        }

        private static int length(@Nullable String text) {
            return text == null ? 0 : text.length();
        }
    }
}
