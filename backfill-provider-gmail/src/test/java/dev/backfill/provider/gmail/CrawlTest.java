package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageLimit;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class CrawlTest {
    private static final PageLimit PAGE = new PageLimit(100, 50_000_000);

    @Test
    void everyMessageOfAGeneratedMailboxComesOnce() throws Exception {
        List<StoredMail> mails =
                new MailGenerator(GeneratorOptions.of(7, 5_000)).mails().toList();
        ExecutorService pool = Executors.newFixedThreadPool(10);
        try (FakeGmail gmail =
                FakeGmail.builder().mailbox("ann@example.com", mails).start()) {
            DirectMailboxContext context = DirectMailboxContext.builder("google", "me")
                    .settings(Map.of("root-url", gmail.rootUrl().toString()))
                    .pool(pool)
                    .build();
            try (Mailbox mailbox = new GoogleEmailSource().open(context)) {
                Crawl crawl = Crawl.run(mailbox, Crawl.everything(), PAGE);
                List<String> expected = mails.stream()
                        .filter(mail -> mail.folder().role() != FolderRole.DELETED
                                && mail.folder().role() != FolderRole.JUNK)
                        .map(StoredMail::id)
                        .toList();
                assertThat(crawl.ids()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
                assertThat(crawl.emails()).hasSameSizeAs(expected);
                assertThat(crawl.providerCount()).isEqualTo(expected.size());
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
