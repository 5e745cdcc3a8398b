package dev.backfill.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backfill.model.EmailMessage;
import dev.backfill.model.RawMime;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.PageCollector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Single messages and contents: replays and attachments.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface SourceSingleMessagesContract extends EmailSourceFixture {
    /** What failed is read again, alone: one item a reference. */
    @Test
    default void aReplayGivesOneItemAReference() {
        try (Mailbox mailbox = source().open(context())) {
            List<FailureRef> refs = Crawl.plan(mailbox, query(), new PageLimit(1_000, 1L << 30)).pages().stream()
                    .flatMap(page -> page.items().stream()
                            .limit(2)
                            .map(item -> FailureRef.message(page.partition().scope(), PageCollector.id(item))))
                    .limit(5)
                    .toList();
            PageCollector collector = new PageCollector();
            mailbox.replay(query(), refs, collector);
            assertThat(collector.ids())
                    .containsExactlyInAnyOrderElementsOf(
                            refs.stream().map(FailureRef::messageId).toList());
            assertThat(collector.items()).allSatisfy(item -> assertThat(item).isInstanceOf(PageItem.Message.class));
        }
    }

    /** A stretch of time gives what lies in it. */
    @Test
    default void aReplayOfAStretchGivesItsMessages() {
        try (Mailbox mailbox = source().open(context())) {
            Partition window = mailbox.plan(query()).stream()
                    .filter(partition -> partition.kind() == Partition.Kind.WINDOW)
                    .findFirst()
                    .orElseThrow();
            List<String> ids = Crawl.from(
                            mailbox, query(), window, dev.backfill.spi.Position.START, new PageLimit(1_000, 1L << 30))
                    .ids();
            PageCollector collector = new PageCollector();
            mailbox.replay(query(), List.of(FailureRef.stretch(window.scope(), window.from(), window.to())), collector);
            assertThat(collector.ids()).containsExactlyInAnyOrderElementsOf(ids);
        }
    }

    /** A message that is gone since is no error of the job. */
    @Test
    default void aReplayOfAMessageThatIsGoneIsAnItemToo() {
        try (Mailbox mailbox = source().open(context())) {
            String scope = mailbox.plan(query()).get(0).scope();
            PageCollector collector = new PageCollector();
            mailbox.replay(query(), List.of(FailureRef.message(scope, "0123456789abcdef")), collector);
            assertThat(collector.ids()).containsExactly("0123456789abcdef");
            assertThat(collector.items().get(0)).isNotInstanceOf(PageItem.Message.class);
        }
    }

    /** An earlier event may have told of it: what is there is an update, in a revision, and what is gone a deletion. */
    @Test
    default void aReplayOfAChangeIsAnUpdateOrADeletion() {
        try (Mailbox mailbox = source().open(context())) {
            PageItem first = Crawl.plan(mailbox, query(), new PageLimit(1_000, 1L << 30))
                    .items()
                    .get(0);
            String scope = mailbox.plan(query()).stream()
                    .filter(partition -> partition.kind() == Partition.Kind.WINDOW)
                    .findFirst()
                    .orElseThrow()
                    .scope();
            PageCollector collector = new PageCollector();
            mailbox.replay(
                    query(),
                    List.of(
                            FailureRef.message(scope, PageCollector.id(first)).ofChange(),
                            FailureRef.message(scope, "0123456789abcdef").ofChange()),
                    collector);
            assertThat(collector.items())
                    .hasSize(2)
                    .anySatisfy(item -> assertThat(item).isInstanceOfSatisfying(PageItem.Message.class, message -> {
                        assertThat(message.change()).isEqualTo(PageItem.Change.UPDATE);
                        assertThat(message.email().revision()).isNotEmpty();
                    }));
            assertThat(collector.items())
                    .anySatisfy(item -> assertThat(item).isInstanceOfSatisfying(PageItem.Deleted.class, deleted -> {
                        assertThat(deleted.messageId()).isEqualTo("0123456789abcdef");
                        assertThat(deleted.revision()).isNotEmpty();
                    }));
        }
    }

    /**
     * Content comes whole.
     *
     * @throws IOException if it cannot be read
     */
    @Test
    default void anAttachmentIsOpened() throws IOException {
        Optional<ContentRef> content = content();
        if (content.isPresent()) {
            try (Mailbox mailbox = source().open(context());
                    InputStream bytes = mailbox.open(content.get(), 1L << 30)) {
                assertThat(bytes.readAllBytes()).hasSizeGreaterThan(1);
            }
        }
    }

    /** Content over the bound is refused with the code that the failure row shows. */
    @Test
    default void anAttachmentThatIsTooLargeIsRefused() {
        Optional<ContentRef> content = content();
        if (content.isPresent()) {
            try (Mailbox mailbox = source().open(context())) {
                assertRefused(mailbox, content.get(), 1);
            }
        }
    }

    /**
     * A message's MIME comes whole or is refused, and where it comes with the message it is the same.
     *
     * @throws IOException if it cannot be read
     */
    @Test
    default void theMimeOfAMessageIsOpenedWholeOrRefused() throws IOException {
        MailQuery asked = query();
        MailQuery query = new MailQuery(
                        asked.from(), asked.to(), asked.folders(), asked.includeDeleted(), false, asked.end())
                .opening(false, true);
        try (Mailbox mailbox = source().open(context())) {
            EmailMessage email = Crawl.plan(mailbox, query, new PageLimit(1_000, 1L << 30)).items().stream()
                    .filter(PageItem.Message.class::isInstance)
                    .map(item -> ((PageItem.Message) item).email())
                    .findFirst()
                    .orElseThrow();
            ContentRef ref = ContentRef.mime(email.id());
            byte[] mime = readAll(mailbox, ref, 1L << 30);
            assertThat(new String(mime, StandardCharsets.ISO_8859_1))
                    .containsIgnoringCase("Subject:")
                    .contains("\r\n\r\n");
            assertThat(readAll(mailbox, ref, mime.length)).isEqualTo(mime);
            assertRefused(mailbox, ref, mime.length - 1L);
            RawMime came = email.rawMime();
            if (came != null) {
                assertThat(came.bytes()).isEqualTo(mime);
            }
        }
    }

    /** A content that is not there fails only itself. */
    @Test
    default void aContentThatIsGoneIsSkipped() {
        try (Mailbox mailbox = source().open(context())) {
            ContentRef gone = ContentRef.attachment("0123456789abcdef", "1");
            assertThat(catchThrowable(() -> readAll(mailbox, gone, 1_000)))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.SKIP_MESSAGE));
        }
    }

    private static void assertRefused(Mailbox mailbox, ContentRef ref, long maxBytes) {
        assertThat(catchThrowable(() -> readAll(mailbox, ref, maxBytes)))
                .isInstanceOfSatisfying(SourceException.class, error -> {
                    assertThat(error.kind()).isEqualTo(SourceException.Kind.SKIP_MESSAGE);
                    assertThat(error.code()).isEqualTo("TOO_LARGE");
                });
    }

    private static byte[] readAll(Mailbox mailbox, ContentRef ref, long maxBytes) throws IOException {
        try (InputStream bytes = mailbox.open(ref, maxBytes)) {
            return bytes.readAllBytes();
        }
    }
}
