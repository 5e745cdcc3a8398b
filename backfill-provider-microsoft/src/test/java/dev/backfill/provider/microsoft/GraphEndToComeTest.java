package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.ChangesBed.TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An end that the user named and that is still to come when the job is planned: mail that comes before it is the job's. */
class GraphEndToComeTest {
    private static final Instant END = TO.plusSeconds(3_600);
    private static final MailQuery QUERY = new MailQuery(null, TO, List.of(), false, true, END);

    private static StoredMail mail(int number, Instant received) {
        return Graphs.mail(number, received, FolderPath.INBOX);
    }

    @Test
    void mailThatComesAfterThePinIsACreateUpToTheEnd() throws Exception {
        try (ChangesBed bed = ChangesBed.start(ChangesBed.mails())) {
            Crawl full = bed.full(QUERY);
            bed.there.add(mail(301, TO.plusSeconds(60)));
            bed.there.add(mail(302, END.minusSeconds(1)));
            bed.there.add(mail(303, END));
            Crawl drained = bed.changes(QUERY, full.tokens());

            assertThat(bed.told(drained.items(), 301, 302, 303)).containsExactly("CREATE 301", "CREATE 302");
            // The next job, by then without an end, hears of what changes from there on.
            bed.there.change(mail(303, END), List.of("Red"), END);
            assertThat(bed.told(bed.changes(ChangesBed.OPEN, drained.tokens()).items(), 303))
                    .hasSize(1);
        }
    }

    @Test
    void mailThatComesBetweenTheBeginOfTheJobAndThePinIsReadOnceUpToTheEnd() throws Exception {
        try (ChangesBed bed = ChangesBed.start(ChangesBed.mails())) {
            List<Partition> plan = bed.mailbox.plan(QUERY);
            assertThat(plan).isNotEmpty();
            bed.there.add(mail(301, TO.plusSeconds(60)));
            bed.there.add(mail(303, END));
            Crawl full = bed.full(QUERY);
            List<dev.backfill.spi.PageItem> all = new ArrayList<>(full.items());
            all.addAll(bed.changes(QUERY, full.tokens()).items());

            assertThat(bed.told(all, 301, 303))
                    .containsOnlyOnce("CREATE 301")
                    .doesNotContain("CREATE 303", "UPDATE 303");
        }
    }
}
