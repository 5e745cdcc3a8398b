package dev.backfill.benchmarks.anchor;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Reads a page, encodes, publishes, waits, stores where it is, and reads the next; on one thread. Stateless. */
public final class PlainLoop {
    private PlainLoop() {}

    /**
     * Does the work to its end.
     *
     * @param work what to do
     * @param source where a checkpoint a page is stored
     * @throws SQLException if the database refuses
     */
    public static void run(Work work, DataSource source) throws SQLException {
        long published = 0;
        try (Checkpoints checkpoints = new Checkpoints(source)) {
            for (Partition window : work.plan()) {
                Position position = Position.START;
                while (position != null) {
                    List<EmailMessage> mails = new ArrayList<>(Work.PAGE);
                    PageEnd end = work.read(window, position, mails);
                    List<OutboundMessage> events = new ArrayList<>(mails.size());
                    for (EmailMessage mail : mails) {
                        events.add(work.encode(mail));
                    }
                    work.publish(events);
                    published += events.size();
                    position = end.next();
                    checkpoints.store(window.id(), position == null ? "end" : position.value(), published);
                }
            }
        }
    }
}
