package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.CountKind;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.FolderRole;
import dev.backfill.model.MailFolder;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, folders, plans, estimates, contents, and servers that know less than Graph. */
class GraphServerTest {
    private static FakeGraph start(List<StoredMail> mails) throws Exception {
        return FakeGraph.builder().mailbox(OWNER, mails).start();
    }

    private static String key(FakeGraph graph, String account) {
        DirectMailboxContext context = Graphs.builder(graph, account).build();
        try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
            return mailbox.key();
        }
    }

    @Test
    void theKeyIsTheUsersIdWhateverTheAccountIsCalled() throws Exception {
        try (FakeGraph graph = start(List.of())) {
            String id = graph.mailbox(OWNER).userId();

            assertThat(key(graph, "me")).isEqualTo(id);
            assertThat(key(graph, OWNER)).isEqualTo(id);
            assertThat(key(graph, id)).isEqualTo(id);
        }
    }

    @Test
    void withoutTheUsersIdTheRootFolderIsTheKeyAndWithoutThatTheAccount() throws Exception {
        try (FakeGraph graph = start(List.of())) {
            graph.faults()
                    .always(
                            RequestMatch.path("^/v1.0/(me|users/[^/]+)$"),
                            Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}"));
            String root = key(graph, "me");
            assertThat(root).startsWith("AAMk").isEqualTo(key(graph, OWNER));

            graph.faults().always(RequestMatch.path("msgfolderroot"), Fault.status(404));
            assertThat(key(graph, OWNER)).isEqualTo(OWNER);
        }
    }

    @Test
    void anAccountWithoutAMailboxIsSaid() throws Exception {
        try (FakeGraph graph = start(List.of())) {
            assertThatThrownBy(() -> key(graph, "nobody@example.com"))
                    .isInstanceOfSatisfying(SourceException.class, error -> {
                        assertThat(error.kind()).isEqualTo(SourceException.Kind.FAIL_JOB);
                        assertThat(error.code()).isEqualTo("ErrorInvalidUser");
                        assertThat(error).hasMessageNotContaining("nobody");
                    });
        }
    }

    @Test
    void theWholeTreeOfFoldersIsFoundInAnyLanguage() throws Exception {
        FakeGraph.Builder builder = FakeGraph.builder()
                .folderName(FolderRole.INBOX, "Posteingang")
                .folderName(FolderRole.DELETED, "Gel\u00f6schte Elemente")
                .mailbox(OWNER, List.of());
        try (FakeGraph graph = builder.start();
                Mailbox mailbox = Graphs.open(graph)) {
            for (int i = 0; i < 120; i++) {
                graph.mailbox(OWNER).addFolder(FolderPath.of("Folder " + i));
            }
            graph.mailbox(OWNER)
                    .addFolder(FolderPath.of("Inbox", "A", "B"))
                    .addHiddenFolder(FolderPath.of("Secret"))
                    .addSearchFolder(FolderPath.of("Unread"));
            List<MailFolder> folders = mailbox.folders();

            Map<String, MailFolder> byPath =
                    folders.stream().collect(Collectors.toMap(MailFolder::path, folder -> folder));
            assertThat(byPath).hasSize(6 + 120 + 2 + 1).doesNotContainKey("Unread");
            assertThat(byPath.get("Posteingang").role()).isEqualTo(FolderRole.INBOX);
            assertThat(byPath.get("Gel\u00f6schte Elemente").role()).isEqualTo(FolderRole.DELETED);
            assertThat(byPath.get("Posteingang/A/B").role()).isEqualTo(FolderRole.OTHER);
            assertThat(byPath.get("Secret").hidden()).isTrue();
            assertThat(folders.indexOf(byPath.get("Posteingang")))
                    .isLessThan(folders.indexOf(byPath.get("Posteingang/A")));
        }
    }

    @Test
    void foldersAreChosenByRoleNamePathAndId() throws Exception {
        List<StoredMail> mails = new ArrayList<>();
        List<FolderPath> places = List.of(
                FolderPath.INBOX,
                FolderPath.SENT,
                FolderPath.DRAFTS,
                FolderPath.ARCHIVE,
                FolderPath.DELETED,
                FolderPath.JUNK,
                FolderPath.of("Inbox", "Projects"),
                FolderPath.of("Deleted", "Old"),
                FolderPath.of("Work"));
        for (int i = 0; i < places.size(); i++) {
            mails.add(Graphs.mail(i, Graphs.START.plusSeconds(i), places.get(i)));
        }
        try (FakeGraph graph = start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            graph.mailbox(OWNER).addHiddenFolder(FolderPath.of("Secret"));
            String work = graph.mailbox(OWNER).folderId(FolderPath.of("Work"));

            assertThat(folders(mailbox, false))
                    .containsExactlyInAnyOrder("Inbox", "Sent Items", "Drafts", "Archive", "Inbox/Projects", "Work");
            assertThat(folders(mailbox, false, "all")).hasSize(6);
            assertThat(folders(mailbox, true)).hasSize(8).contains("Deleted Items", "Deleted Items/Old");
            assertThat(folders(mailbox, false, "inbox")).containsExactly("Inbox");
            assertThat(folders(mailbox, false, "deleted"))
                    .containsExactlyInAnyOrder("Deleted Items", "Deleted Items/Old");
            assertThat(folders(mailbox, false, "SENT", "junk")).containsExactlyInAnyOrder("Sent Items", "Junk Email");
            assertThat(folders(mailbox, false, "projects")).containsExactly("Inbox/Projects");
            assertThat(folders(mailbox, false, "inbox/PROJECTS")).containsExactly("Inbox/Projects");
            assertThat(folders(mailbox, false, work)).containsExactly("Work");
            assertThatThrownBy(() -> folders(mailbox, false, "Nowhere"))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.code()).isEqualTo("FOLDER_NOT_FOUND"));
        }
    }

    private static List<String> folders(Mailbox mailbox, boolean deleted, String... names) {
        MailQuery query = new MailQuery(null, Crawl.TO, List.of(names), deleted, false);
        return Crawl.of(mailbox, query, Crawl.limit(10)).emails().stream()
                .map(EmailMessage::folder)
                .distinct()
                .toList();
    }

    @Test
    void aFolderThatIsForbiddenOrGoneIsLeftOutOfTheTreeAndSkippedByTheWalk() throws Exception {
        List<StoredMail> mails = List.of(
                Graphs.mail(1, Graphs.START, FolderPath.of("Inbox", "A", "B")),
                Graphs.mail(2, Graphs.START, FolderPath.SENT));
        try (FakeGraph graph = start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
            String deepest = graph.mailbox(OWNER).folderId(FolderPath.of("Inbox", "A", "B"));
            List<Partition> plan = mailbox.plan(Crawl.ALL);
            graph.faults()
                    .always(
                            RequestMatch.path("/mailFolders/" + inbox + "/childFolders"),
                            Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}"));
            assertThat(mailbox.folders())
                    .extracting(MailFolder::path)
                    .contains("Inbox")
                    .doesNotContain("Inbox/A");

            graph.mailbox(OWNER).removeFolder(FolderPath.of("Inbox", "A", "B"));
            Partition gone = plan.stream()
                    .filter(partition -> partition.scope().equals(deepest))
                    .findFirst()
                    .orElseThrow();
            assertThatThrownBy(() -> mailbox.fetch(Crawl.ALL, gone, Position.START, Crawl.limit(10), Crawl.ignoring()))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.SKIP_PARTITION));
        }
    }

    @Test
    void largeFoldersAreCutNewestFirstWithTwoRequestsEach() throws Exception {
        List<StoredMail> mails = new ArrayList<>(Graphs.minutes(5_000, FolderPath.INBOX));
        mails.add(Graphs.mail(9_000, Graphs.START, FolderPath.SENT));
        try (FakeGraph graph = start(mails)) {
            DirectMailboxContext context = Graphs.context(graph);
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                List<Partition> plan = mailbox.plan(Crawl.ALL);

                String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
                assertThat(plan.get(0).scope()).isEqualTo(inbox);
                assertThat(plan.get(1).scope()).isNotEqualTo(inbox);
                assertThat(plan).filteredOn(part -> part.scope().equals(inbox)).hasSize(3);
                assertThat(context.requests("messages.count")).isEqualTo(2);
                assertThat(context.requests("messages.list")).isZero();
                Crawl newest = Crawl.of(mailbox, Crawl.ALL, plan.subList(0, 1), Crawl.limit(500), 10_000);
                assertThat(newest.ids()).hasSizeBetween(900, 1_100);
            }
        }
    }

    @Test
    void aWindowThatTurnsOutTooFullIsCutAgain() throws Exception {
        // All but the oldest message within the last tenth of the time.
        List<StoredMail> mails = new ArrayList<>(Graphs.minutes(4_000, FolderPath.INBOX));
        mails.add(Graphs.mail(9_000, Graphs.START.minusSeconds(60L * 40_000), FolderPath.INBOX));
        try (FakeGraph graph = start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            Crawl crawl = Crawl.of(mailbox, Crawl.ALL, Crawl.limit(1_000));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(4_001);
            assertThat(crawl.providerCount).isEqualTo(4_001);
            assertThat(crawl.walked).hasSizeGreaterThan(mailbox.plan(Crawl.ALL).size());
        }
    }

    @Test
    void theEstimateCountsWithTheFilter() throws Exception {
        List<StoredMail> mails = Graphs.minutes(40, FolderPath.INBOX);
        MailQuery query =
                new MailQuery(Graphs.START.plusSeconds(600), Graphs.START.plusSeconds(1_200), List.of(), false, false);
        try (FakeGraph graph = start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            assertThat(mailbox.estimate(query).emails()).isEqualTo(10);
            assertThat(mailbox.estimate(query).kind()).isEqualTo(CountKind.EXACT);
        }
        try (FakeGraph graph = FakeGraph.builder()
                        .mailbox(OWNER, mails)
                        .quirks(GraphQuirks.NONE.withoutExpandAndCount())
                        .start();
                Mailbox mailbox = Graphs.open(graph)) {
            assertThat(mailbox.estimate(query).emails()).isEqualTo(40);
            assertThat(mailbox.estimate(query).kind()).isEqualTo(CountKind.ESTIMATE);
        }
    }

    @Test
    void aServerWithoutCountsAndExpandsIsCrawledAllTheSame() throws Exception {
        List<StoredMail> mails = Graphs.generated(150);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        List<EmailMessage> usual;
        try (FakeGraph graph = start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            usual = Crawl.of(mailbox, query, Crawl.limit(20)).emails();
        }
        try (FakeGraph graph = FakeGraph.builder()
                        .mailbox(OWNER, mails)
                        .quirks(GraphQuirks.NONE.withoutExpandAndCount().withRelativeNextLink())
                        .start();
                Mailbox mailbox = Graphs.open(graph)) {
            graph.faults().always(RequestMatch.path("^/v1.0/me$"), Fault.status(501));
            assertThat(mailbox.key()).isNotBlank();
            Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(20));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(150);
            assertThat(crawl.windowsWithoutCount).isPositive();
            // Attachments are asked for one by one, where hasAttachments says there are some.
            assertThat(crawl.emails())
                    .filteredOn(email -> usual.contains(email))
                    .hasSizeGreaterThan(130);
        }
    }

    @Test
    void aServerThatRefusesTheExpandIsAskedForLess() throws Exception {
        List<StoredMail> mails = Graphs.generated(150);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        for (String refused : List.of("fileAttachment", "attachments")) {
            try (FakeGraph graph = start(mails)) {
                RequestMatch expands = RequestMatch.path("/messages$").query("$expand", refused);
                graph.faults()
                        .always(expands, Fault.json(400, "{\"error\":{\"code\":\"BadRequest\",\"message\":\"\"}}"));
                DirectMailboxContext context = Graphs.context(graph);
                try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                    Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(50));

                    assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(150);
                    assertThat(crawl.emails())
                            .filteredOn(email -> !email.attachments().isEmpty())
                            .hasSizeGreaterThan(10);
                    assertThat(graph.journal().count(expands)).isLessThanOrEqualTo(2);
                }
            }
        }
    }

    @Test
    void attachmentsThatCannotBeListedFailTheirMessageAlone() throws Exception {
        List<StoredMail> mails = Graphs.generated(100);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        for (Fault fault : List.of(
                Fault.status(500), Fault.json(500, "{\"error\":{\"code\":\"ErrorCorruptData\",\"message\":\"\"}}"))) {
            try (FakeGraph graph = FakeGraph.builder()
                            .mailbox(OWNER, mails)
                            .quirks(GraphQuirks.NONE.withoutExpandAndCount())
                            .start();
                    Mailbox mailbox = Graphs.open(graph)) {
                List<String> files = mails.stream()
                        .filter(mail -> mail.parsed().attachments().stream().anyMatch(one -> !one.inline()))
                        .map(graph.mailbox(OWNER)::messageId)
                        .toList();
                String bad = files.get(0);
                graph.faults().always(RequestMatch.path("/messages/" + Pattern.quote(bad) + "/attachments$"), fault);
                Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(50));
                assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(100);
                List<PageItem.Failed> failed = crawl.items.stream()
                        .filter(PageItem.Failed.class::isInstance)
                        .map(PageItem.Failed.class::cast)
                        .toList();
                assertThat(failed)
                        .singleElement()
                        .satisfies(one -> assertThat(one.ref().messageId()).isEqualTo(bad));
                String bare = "{\"id\":\"" + bad + "\",\"receivedDateTime\":\"2024-05-01T08:00:00Z\","
                        + "\"hasAttachments\":true}";
                graph.faults()
                        .always(RequestMatch.path("/messages/" + Pattern.quote(bad) + "$"), Fault.json(200, bare));
                PageCollector again = new PageCollector();
                mailbox.replay(query, List.of(failed.get(0).ref()), again);
                assertThat(again.items()).isEqualTo(failed);
            }
        }
    }

    @Test
    void contentIsOpenedWholeOrRefused() throws Exception {
        List<StoredMail> mails = Graphs.generated(100);
        try (FakeGraph graph = start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            StoredMail mail = mails.stream()
                    .filter(one -> one.parsed().attachments().size() == 1
                            && one.parsed().attachments().get(0).sizeBytes() > 10)
                    .findFirst()
                    .orElseThrow();
            String id = graph.mailbox(OWNER).messageId(mail);
            MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
            EmailMessage email = Crawl.of(mailbox, query, Crawl.limit(100)).emails().stream()
                    .filter(one -> one.id().equals(id))
                    .findFirst()
                    .orElseThrow();
            ContentRef attachment =
                    ContentRef.attachment(id, email.attachments().get(0).id());

            assertThat(mailbox.open(ContentRef.mime(id), 1 << 20).readAllBytes())
                    .isEqualTo(mail.mime().toByteArray());
            assertThat(mailbox.open(attachment, 1 << 20).readAllBytes())
                    .isEqualTo(mail.parsed().attachments().get(0).content().toByteArray());
            assertThatThrownBy(() -> mailbox.open(ContentRef.mime(id), 10))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.code()).isEqualTo("TOO_LARGE"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://graph.example.com/v1.0",
                "https://graph.microsoft.com",
                "https://graph.microsoft.com/v1.0?x=1",
                "ftp://graph/v1.0",
                "nonsense"
            })
    void aBaseUrlThatCannotBeRightIsRefused(String url) {
        Settings settings = Settings.of("microsoft", Map.of("base-url", url));

        assertThatThrownBy(() -> new MicrosoftEmailSource().quotas(settings))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("base-url");
    }

    @Test
    void settingsAreChecked() {
        MicrosoftEmailSource source = new MicrosoftEmailSource();

        assertThat(source.quotas(Settings.of("microsoft", Map.of("base-url", "https://graph.microsoft.us/v1.0/"))))
                .extracting(quota -> quota.amount())
                .containsExactly(10_000L, 4L, 130_000L);
        assertThatThrownBy(() -> source.quotas(Settings.of("microsoft", Map.of("body", "rtf"))))
                .hasMessageContaining("native");
        assertThatThrownBy(() -> source.quotas(Settings.of("microsoft", Map.of("read-timeout-seconds", "0"))))
                .hasMessageContaining("1 to 3600");
        assertThatThrownBy(() -> source.quotas(Settings.of("microsoft", Map.of("colour", "red"))))
                .hasMessageContaining("colour");
    }
}
