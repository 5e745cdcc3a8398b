package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.FolderRole;
import dev.backfill.model.MailFolder;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestJournal;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Folders, single messages, contents, changes and what is asked of the server. */
class MailboxTest {
    private static final PageLimit PAGE = new PageLimit(50, 50_000_000);
    private static final RequestMatch GET = RequestMatch.path("/(messages|threads)/[0-9a-f]+$");
    private static final RequestMatch LIST = RequestMatch.path("/messages$");

    private final List<StoredMail> mails = new ArrayList<>(TestMail.generated(160));
    private FakeGmail gmail;
    private GmailMailbox there;
    private TestBox box;

    @BeforeEach
    void start() throws Exception {
        mails.set(
                0,
                mails.get(0).toBuilder()
                        .folder(FolderPath.of("Work", "Projects"))
                        .build());
        mails.set(1, mails.get(1).toBuilder().folder(FolderPath.of("Work")).build());
        mails.set(2, mails.get(2).toBuilder().folder(FolderPath.ARCHIVE).build());
        mails.set(3, mails.get(3).toBuilder().folder(FolderPath.DELETED).build());
        mails.set(4, mails.get(4).toBuilder().folder(FolderPath.JUNK).build());
        mails.set(5, mails.get(5).toBuilder().folder(FolderPath.DRAFTS).build());
        gmail = FakeGmail.builder().mailbox("ann@example.com", mails).start();
        there = gmail.mailbox("ann@example.com");
        box = TestBox.open(gmail);
    }

    @AfterEach
    void stop() {
        box.close();
        gmail.close();
    }

    private MailQuery query(List<String> folders, boolean deleted) {
        return new MailQuery(null, Crawl.TO, folders, deleted, false);
    }

    private List<String> crawl(List<String> folders, boolean deleted) {
        List<String> ids =
                Crawl.run(box.mailbox(), query(folders, deleted), PAGE).ids();
        assertThat(ids).doesNotHaveDuplicates();
        return ids;
    }

    private List<String> ids(Predicate<StoredMail> which) {
        return mails.stream().filter(which).map(StoredMail::id).toList();
    }

    private static Predicate<StoredMail> in(FolderRole... roles) {
        return mail -> Set.of(roles).contains(mail.folder().role());
    }

    @Test
    void foldersAreReadByRoleNamePathAndId() {
        assertThat(crawl(List.of("inbox"), false)).containsExactlyInAnyOrderElementsOf(ids(in(FolderRole.INBOX)));
        assertThat(crawl(List.of("drafts"), false)).containsExactlyInAnyOrderElementsOf(ids(in(FolderRole.DRAFTS)));
        assertThat(crawl(List.of("Work/Projects"), false))
                .containsExactly(mails.get(0).id());
        assertThat(crawl(List.of("work/projects"), false))
                .containsExactly(mails.get(0).id());
        assertThat(crawl(List.of(there.labelId("Work")), false))
                .containsExactly(mails.get(1).id());
        assertThat(crawl(List.of("archive"), false))
                .contains(mails.get(2).id(), mails.get(0).id())
                .doesNotContainAnyElementsOf(ids(in(FolderRole.INBOX, FolderRole.SENT, FolderRole.DRAFTS)));
    }

    @Test
    void aMessageWithTwoOfTheLabelsComesOnce() {
        there.label(mails.get(0).id(), List.of("INBOX"), List.of());
        List<String> expected = new ArrayList<>(ids(in(FolderRole.INBOX)));
        expected.add(mails.get(0).id());
        assertThat(crawl(List.of("inbox", "Work/Projects"), false)).containsExactlyInAnyOrderElementsOf(expected);
        List<String> asked = gmail.journal().entries(GET).stream()
                .map(RequestJournal.Entry::path)
                .toList();
        assertThat(asked).doesNotHaveDuplicates().hasSizeBetween(expected.size() / 3, expected.size());
    }

    @Test
    void deletedAndJunkMailComesByChoice() {
        Predicate<StoredMail> shown = TestMail::isShown;
        assertThat(crawl(List.of(), false)).containsExactlyInAnyOrderElementsOf(ids(shown));
        assertThat(crawl(List.of("all"), true))
                .containsExactlyInAnyOrderElementsOf(ids(shown.or(in(FolderRole.DELETED))));
        assertThat(crawl(List.of("junk"), false)).containsExactlyInAnyOrderElementsOf(ids(in(FolderRole.JUNK)));
        assertThat(crawl(List.of("all", "deleted", "junk"), false))
                .containsExactlyInAnyOrderElementsOf(ids(mail -> true));
    }

    @Test
    void chatsAreNoMail() {
        there.label(mails.get(1).id(), List.of("CHAT"), List.of());
        assertThat(crawl(List.of(), false)).doesNotContain(mails.get(1).id());
    }

    @Test
    void aFolderThatIsNotThereFailsTheJobByItsPlace() {
        SourceException error =
                catchThrowableOfType(SourceException.class, () -> box.mailbox().plan(query(List.of("No such"), false)));
        assertThat(error.kind()).isEqualTo(SourceException.Kind.FAIL_JOB);
        assertThat(error.code()).isEqualTo("FOLDER_NOT_FOUND");
        assertThat(error).hasMessageContaining("folders[0]").hasMessageNotContaining("No such");
    }

    @Test
    void labelsAreFoldersWithRolesPathsAndCounts() {
        List<MailFolder> folders = box.mailbox().folders();
        Map<String, MailFolder> byPath =
                folders.stream().collect(Collectors.toMap(MailFolder::path, folder -> folder, (a, b) -> a));
        assertThat(byPath.get("INBOX").role()).isEqualTo(FolderRole.INBOX);
        assertThat(byPath.get("INBOX").items())
                .isEqualTo(ids(in(FolderRole.INBOX)).size());
        assertThat(byPath.get("Work/Projects").name()).isEqualTo("Projects");
        assertThat(byPath).containsKeys("SENT", "DRAFT", "TRASH", "SPAM").doesNotContainKey("CHAT");
        List<String> paths = folders.stream().map(MailFolder::path).toList();
        assertThat(paths.indexOf("Work")).isLessThan(paths.indexOf("Work/Projects"));
    }

    @Test
    void everyRequestNamesItsFieldsAndTakesGzip() {
        for (int number = 1; number <= 4; number++) {
            there.add(StoredMail.builder("0000000000000e0" + number, Crawl.TO.minusSeconds(number))
                    .threadKey("0000000000000e01")
                    .mime(MailBytes.utf8("Subject: a thread\r\n\r\nText\r\n"))
                    .build());
        }
        box.mailbox().key();
        box.mailbox().folders();
        MailQuery query = new MailQuery(null, Crawl.TO, List.of(), false, true);
        Crawl walk = Crawl.run(box.mailbox(), query, PAGE);
        there.label(mails.get(0).id(), List.of("STARRED"), List.of());
        Crawl.run(box.mailbox(), query, PAGE, box.mailbox().planChanges(query, walk.pins()));
        EmailMessage email = walk.emails().stream()
                .filter(EmailMessage::hasAttachments)
                .findFirst()
                .orElseThrow();
        box.mailbox()
                .open(
                        ContentRef.attachment(
                                email.id(), email.attachments().get(0).id()),
                        1L << 20);
        box.mailbox().open(ContentRef.mime(email.id()), 1L << 20);
        Set<String> kinds = gmail.journal().entries().stream()
                .map(entry -> entry.path()
                        .replaceFirst(".*/users/[^/]+/", "")
                        .replaceAll("/(labels|messages|threads|attachments)/[^/]+", "/$1/id")
                        .replaceAll("^(labels|messages|threads)/[^/]+", "$1/id"))
                .collect(Collectors.toSet());
        assertThat(kinds)
                .as("every request that the provider knows")
                .containsExactlyInAnyOrder(
                        "profile",
                        "labels",
                        "labels/id",
                        "messages",
                        "messages/id",
                        "messages/id/attachments/id",
                        "threads/id",
                        "history");
        assertThat(gmail.journal().entries()).isNotEmpty().allSatisfy(entry -> {
            assertThat(entry.query()).containsKey("fields");
            assertThat(entry.header("Accept-Encoding")).anyMatch(value -> value.contains("gzip"));
            assertThat(entry.header("User-Agent")).anyMatch(value -> value.contains("gzip"));
        });
        for (RequestJournal.Entry entry : gmail.journal().entries(LIST)) {
            assertThat(entry.query().get("maxResults")).containsExactly("500");
        }
    }

    @Test
    void bytesAreCountedAsTheyComeOverTheWire() {
        String text = "From: a@example.com\r\nSubject: large\r\n\r\n" + "0123456789abcdef\r\n".repeat(3_000);
        StoredMail large = StoredMail.builder("00000000000000f0", Crawl.TO.minusSeconds(60))
                .folder(FolderPath.INBOX)
                .mime(MailBytes.utf8(text))
                .build();
        there.add(large);
        long before = box.context().bytes();
        PageCollector page = new PageCollector();
        box.mailbox().replay(Crawl.everything(), List.of(FailureRef.message("all", large.id())), page);
        assertThat(page.ids()).containsExactly(large.id());
        // 54 KB that the same 18 bytes fill come in far less.
        assertThat(box.context().bytes() - before).isBetween(200L, 20_000L);
    }

    @Test
    void aServerWithoutProfileLabelsAndHistoryIsCrawledWithoutAPin() {
        gmail.faults()
                .always(
                        RequestMatch.path("/(profile|labels|history)$"),
                        GmailFault.notFound().asFault());
        MailQuery query = new MailQuery(null, Crawl.TO, List.of(), false, true);
        Crawl crawl = Crawl.run(box.mailbox(), query, PAGE);
        assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
        assertThat(crawl.pins()).isEmpty();
    }

    @Test
    void aRightThatIsMissingIsNoServerThatLacksSomething() {
        MailQuery query = new MailQuery(null, Crawl.TO, List.of(), false, true);
        for (String path : List.of("/profile$", "/history$", "/labels$")) {
            gmail.faults().clear();
            gmail.faults().always(RequestMatch.path(path), Fault.status(403));
            try (TestBox fresh = TestBox.open(gmail)) {
                SourceException error =
                        catchThrowableOfType(SourceException.class, () -> Crawl.run(fresh.mailbox(), query, PAGE));
                assertThat(error).as(path).isNotNull();
                assertThat(error.kind()).as(path).isEqualTo(SourceException.Kind.FAIL_JOB);
            }
        }
    }

    @Test
    void aServerWithAProfileButNoHistoryGetsNoPin() {
        MailQuery query = new MailQuery(null, Crawl.TO, List.of(), false, true);
        for (int status : List.of(404, 501)) {
            gmail.faults().clear();
            gmail.faults().always(RequestMatch.path("/history$"), Fault.status(status));
            assertThat(box.mailbox().plan(query)).extracting(Partition::kind).containsOnly(Partition.Kind.WINDOW);
        }
        gmail.faults().clear();
        assertThat(box.mailbox().plan(query).get(0).kind()).isEqualTo(Partition.Kind.PIN);
    }

    @Test
    void oneMessageThatFailsForEverIsAFailureRowAndOneThatIsGoneIsSkipped() {
        String broken = mails.get(0).id();
        String gone = mails.get(1).id();
        gmail.faults().always(RequestMatch.path(broken), Fault.status(500));
        gmail.faults().always(RequestMatch.path(gone), GmailFault.notFound().asFault());
        Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
        assertThat(crawl.emails()).hasSize(TestMail.shownIds(mails).size() - 2);
        assertThat(crawl.items())
                .contains(
                        new PageItem.Failed(Crawl.failed(broken), SourceException.Kind.RETRY, "HTTP_500"),
                        new PageItem.Skipped(gone, "GONE"));
        gmail.faults().clear();
        PageCollector collector = new PageCollector();
        box.mailbox().replay(Crawl.everything(), List.of(FailureRef.message("all", broken)), collector);
        assertThat(collector.ids()).containsExactly(broken);
        assertThat(collector.items().get(0)).isInstanceOf(PageItem.Message.class);
    }

    @Test
    void attachmentsAreOpenedThoughGmailNamesThemAnew() throws Exception {
        Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
        EmailMessage email = crawl.emails().stream()
                .filter(EmailMessage::hasAttachments)
                .findFirst()
                .orElseThrow();
        Attachment attachment = email.attachments().get(0);
        ContentRef ref = ContentRef.attachment(email.id(), attachment.id());
        byte[] first = box.mailbox().open(ref, 1L << 20).readAllBytes();
        assertThat(first).hasSize(attachment.sizeBytes().intValue());
        gmail.renameAttachments();
        assertThat(box.mailbox().open(ref, 1L << 20).readAllBytes()).isEqualTo(first);
        SourceException error =
                catchThrowableOfType(SourceException.class, () -> box.mailbox().open(ref, 1));
        assertThat(error.code()).isEqualTo("TOO_LARGE");
        byte[] mime = box.mailbox().open(ContentRef.mime(email.id()), 1L << 20).readAllBytes();
        assertThat(mime).hasSize(email.sizeBytes().intValue());
    }

    @Test
    void aHistoryThatIsTooOldIsListedAgainBehindANewPin() {
        MailQuery query = new MailQuery(null, Crawl.TO, List.of(), false, true);
        Map<String, String> pins = Crawl.run(box.mailbox(), query, PAGE).pins();
        there.label(mails.get(0).id(), List.of("STARRED"), List.of());
        there.forgetHistory();
        Crawl again = Crawl.run(box.mailbox(), query, PAGE, box.mailbox().planChanges(query, pins));
        assertThat(again.ids()).containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
        assertThat(again.pins()).containsOnlyKeys("all").isNotEqualTo(pins);
    }
}
