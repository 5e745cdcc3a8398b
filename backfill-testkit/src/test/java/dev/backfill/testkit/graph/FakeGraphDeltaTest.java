package dev.backfill.testkit.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.microsoft.graph.core.requests.BaseGraphRequestAdapter;
import com.microsoft.graph.core.requests.GraphClientFactory;
import com.microsoft.graph.models.FileAttachment;
import com.microsoft.graph.models.MailFolder;
import com.microsoft.graph.models.Message;
import com.microsoft.graph.models.odataerrors.ODataError;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.graph.users.item.mailfolders.item.messages.delta.DeltaGetResponse;
import com.microsoft.graph.users.item.mailfolders.item.messages.delta.DeltaRequestBuilder;
import com.microsoft.kiota.RequestOption;
import com.microsoft.kiota.authentication.AnonymousAuthenticationProvider;
import com.microsoft.kiota.http.middleware.options.RetryHandlerOption;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fake's change lists, judged by Microsoft's own client, against what its documentation says of them. */
class FakeGraphDeltaTest {
    private static final String ANN = "ann@example.com";
    private static final Instant START = Instant.parse("2024-05-01T08:00:00Z");
    private static final Instant LATER = Instant.parse("2025-01-01T00:00:00Z");
    private static final FolderPath WORK = FolderPath.of("Work");

    private FakeGraph graph;
    private GraphMailbox there;
    private GraphServiceClient client;

    /** One round: what it told, and where the next one begins. */
    private record Round(List<Message> told, int pages, String deltaLink) {
        List<String> ids() {
            return told.stream().map(Message::getId).toList();
        }

        List<String> removed() {
            return told.stream()
                    .filter(message -> message.getAdditionalData().containsKey("@removed"))
                    .map(Message::getId)
                    .toList();
        }
    }

    private void start(List<StoredMail> mails, GraphQuirks quirks, DeltaOptions options) throws Exception {
        graph = FakeGraph.builder()
                .mailbox(ANN, mails)
                .quirks(quirks)
                .delta(options)
                .start();
        there = graph.mailbox(ANN);
        client = new GraphServiceClient(new BaseGraphRequestAdapter(
                new AnonymousAuthenticationProvider(),
                graph.baseUrl().toString(),
                GraphClientFactory.create(new RequestOption[] {new RetryHandlerOption((a, b, c, d) -> false, 0, 0)})
                        .addInterceptor(chain -> chain.proceed(chain.request()
                                .newBuilder()
                                .header("Authorization", "Bearer any")
                                .build()))
                        .build()));
    }

    private void start(int mails) throws Exception {
        start(minutes(mails, FolderPath.INBOX), GraphQuirks.NONE, DeltaOptions.NONE);
    }

    @AfterEach
    void stop() {
        graph.close();
    }

    private static StoredMail mail(int number, FolderPath folder) {
        return StoredMail.builder(HexFormat.of().toHexDigits((long) number + 1), START.plusSeconds(60L * number))
                .folder(folder)
                .mime(MailBytes.utf8("From: a@example.com\r\nSubject: Number " + number + "\r\n\r\nText\r\n"))
                .build();
    }

    private static List<StoredMail> minutes(int count, FolderPath folder) {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            mails.add(mail(i, folder));
        }
        return mails;
    }

    private String id(int number) {
        return there.messageId(mail(number, FolderPath.INBOX));
    }

    private Round first(FolderPath folder, Consumer<DeltaRequestBuilder.GetQueryParameters> options) {
        DeltaRequestBuilder builder = client.me()
                .mailFolders()
                .byMailFolderId(there.folderId(folder))
                .messages()
                .delta();
        DeltaGetResponse page = builder.get(config -> {
            options.accept(Objects.requireNonNull(config.queryParameters));
            config.headers.add("Prefer", "IdType=\"ImmutableId\"");
            config.headers.add("Prefer", "odata.maxpagesize=4");
        });
        return rest(builder, page);
    }

    private Round first(FolderPath folder) {
        return first(folder, query -> query.select = new String[] {"changeKey"});
    }

    private Round next(Round round) {
        DeltaRequestBuilder builder =
                client.me().mailFolders().byMailFolderId("any").messages().delta();
        return rest(builder, page(builder, round.deltaLink()));
    }

    private static DeltaGetResponse page(DeltaRequestBuilder builder, String link) {
        return builder.withUrl(link).get(config -> {
            config.headers.add("Prefer", "IdType=\"ImmutableId\"");
            config.headers.add("Prefer", "odata.maxpagesize=4");
        });
    }

    private static Round rest(DeltaRequestBuilder builder, DeltaGetResponse firstPage) {
        List<Message> told = new ArrayList<>();
        DeltaGetResponse page = firstPage;
        int pages = 1;
        told.addAll(page.getValue());
        while (page.getOdataNextLink() != null) {
            assertThat(page.getOdataDeltaLink()).isNull();
            page = page(builder, page.getOdataNextLink());
            told.addAll(page.getValue());
            pages++;
        }
        return new Round(told, pages, Objects.requireNonNull(page.getOdataDeltaLink()));
    }

    @Test
    void theFirstRoundGivesWhatIsThereAndTheNextNothing() throws Exception {
        start(10);
        Round first = first(FolderPath.INBOX);

        assertThat(first.ids()).hasSize(10).doesNotHaveDuplicates().contains(id(0), id(9));
        assertThat(first.removed()).isEmpty();
        assertThat(first.pages()).isEqualTo(3);
        assertThat(first.deltaLink()).contains("mailFolders('").contains("/messages/delta?$deltatoken=");
        assertThat(first.told()).allSatisfy(message -> {
            assertThat(message.getChangeKey()).isNotEmpty();
            assertThat(message.getSubject()).isNull();
            assertThat(message.getOdataType()).isEqualTo("#microsoft.graph.message");
        });
        assertThat(next(first).told()).isEmpty();
    }

    @Test
    void eachChangeIsToldOnceAndAMoveInBothFolders() throws Exception {
        start(10);
        there.addFolder(WORK);
        Round inbox = first(FolderPath.INBOX);
        Round work = first(WORK);

        there.add(mail(20, FolderPath.INBOX));
        there.change(mail(1, FolderPath.INBOX), List.of("Red"), LATER);
        there.change(mail(1, FolderPath.INBOX), List.of("Blue"), LATER.plusSeconds(1));
        there.move(mail(2, FolderPath.INBOX).id(), WORK, LATER);
        there.delete(mail(3, FolderPath.INBOX).id(), LATER);
        there.purge(mail(4, FolderPath.INBOX).id());

        Round inboxThen = next(inbox);
        assertThat(inboxThen.ids()).containsExactlyInAnyOrder(id(20), id(1), id(2), id(3), id(4));
        assertThat(inboxThen.removed()).containsExactlyInAnyOrder(id(2), id(3), id(4));
        assertThat(next(work).ids()).containsExactly(id(2));
        assertThat(next(inboxThen).told()).isEmpty();
    }

    @Test
    void whatHappensDuringARoundIsToldInItOrInTheNext() throws Exception {
        start(6);
        DeltaRequestBuilder builder = client.me()
                .mailFolders()
                .byMailFolderId(there.folderId(FolderPath.INBOX))
                .messages()
                .delta();
        DeltaGetResponse page = builder.get(config -> {
            config.headers.add("Prefer", "IdType=\"ImmutableId\"");
            config.headers.add("Prefer", "odata.maxpagesize=4");
        });
        String gone = Objects.requireNonNull(page.getValue()).get(0).getId();
        there.purge(mail(0, FolderPath.INBOX).id());
        there.add(mail(20, FolderPath.INBOX));

        Round rest = rest(builder, page);
        Round then = next(rest);
        assertThat(gone).isEqualTo(id(0));
        assertThat(rest.ids()).contains(id(20));
        assertThat(rest.removed().size() + then.removed().size()).isEqualTo(1);
    }

    @Test
    void aPageMayComeEmptyWithALinkToTheNext() throws Exception {
        start(minutes(10, FolderPath.INBOX), GraphQuirks.NONE.withEmptyPageEvery(2), DeltaOptions.NONE);
        Round first = first(FolderPath.INBOX);

        assertThat(first.ids()).hasSize(10);
        assertThat(first.pages()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"created", "updated", "deleted"})
    void aKindOfChangeMayBeAskedFor(String kind) throws Exception {
        start(5);
        Round first = first(FolderPath.INBOX, query -> query.changeType = kind);
        assertThat(first.ids()).hasSize(5);
        there.add(mail(20, FolderPath.INBOX));
        there.change(mail(1, FolderPath.INBOX), List.of("Red"), LATER);
        there.purge(mail(2, FolderPath.INBOX).id());

        assertThat(next(first).ids())
                .containsExactly(
                        switch (kind) {
                            case "created" -> id(20);
                            case "updated" -> id(1);
                            default -> id(2);
                        });
    }

    @ParameterizedTest
    @EnumSource(DeltaOptions.DeadToken.class)
    void aTokenMayDie(DeltaOptions.DeadToken answer) throws Exception {
        start(minutes(5, FolderPath.INBOX), GraphQuirks.NONE, DeltaOptions.NONE.withDeadToken(answer));
        Round first = first(FolderPath.INBOX);
        there.forgetChanges(FolderPath.SENT);
        assertThat(next(first).told()).isEmpty();
        there.forgetChanges(FolderPath.INBOX);

        ODataError error = refused(() -> next(first));
        assertThat(error.getResponseStatusCode()).isIn(400, 410);
        assertThat(error.getError().getCode()).isIn("SyncStateNotFound", "SyncStateInvalid", "ResyncRequired");
        assertThat(first(FolderPath.INBOX).ids()).hasSize(5);
    }

    private static ODataError refused(Runnable call) {
        return catchThrowableOfType(ODataError.class, call::run);
    }

    @Test
    void oldTokensAreEvictedAndLongOnesLive() throws Exception {
        start(
                minutes(5, FolderPath.INBOX),
                GraphQuirks.NONE,
                DeltaOptions.NONE.withKeptTokens(3).withTokenLength(5_000));
        Round first = first(FolderPath.INBOX);
        assertThat(first.deltaLink()).hasSizeGreaterThan(5_000);
        assertThat(next(first).told()).isEmpty();
        first(FolderPath.INBOX);
        first(FolderPath.INBOX);

        assertThat(refused(() -> next(first)).getResponseStatusCode()).isEqualTo(410);
    }

    @Test
    void aFilterBoundsTheFirstRoundToFiveThousand() throws Exception {
        start(minutes(5_050, FolderPath.INBOX), GraphQuirks.NONE, DeltaOptions.NONE);
        DeltaRequestBuilder builder = client.me()
                .mailFolders()
                .byMailFolderId(there.folderId(FolderPath.INBOX))
                .messages()
                .delta();
        int given = 0;
        DeltaGetResponse page = builder.get(config -> {
            config.queryParameters.filter = "receivedDateTime ge " + START;
            config.queryParameters.select = new String[] {"id"};
            config.headers.add("Prefer", "odata.maxpagesize=1000");
        });
        while (true) {
            given += page.getValue().size();
            if (page.getOdataNextLink() == null) {
                break;
            }
            page = builder.withUrl(page.getOdataNextLink())
                    .get(config -> config.headers.add("Prefer", "odata.maxpagesize=1000"));
        }
        assertThat(given).isEqualTo(5_000);
        assertThat(first(
                                FolderPath.INBOX,
                                query -> query.filter = "receivedDateTime gt " + START.plusSeconds(60 * 5_046))
                        .ids())
                .hasSize(3);
    }

    @Test
    void whatAChangeListCannotDoIsRefused() throws Exception {
        start(5);
        assertThat(List.<Consumer<DeltaRequestBuilder.GetQueryParameters>>of(
                        query -> query.filter = "isRead eq true",
                        query -> query.filter = "receivedDateTime lt 2025-01-01T00:00:00Z",
                        query -> query.search = "word",
                        query -> query.changeType = "moved"))
                .allSatisfy(options -> assertThat(
                                refused(() -> first(FolderPath.INBOX, options)).getResponseStatusCode())
                        .isEqualTo(400));
    }

    @Test
    void topBoundsARoundAndNotAPage() throws Exception {
        start(20);
        Round first = first(FolderPath.INBOX, query -> query.top = 9);

        assertThat(first.ids()).hasSize(9);
        assertThat(first.pages()).isEqualTo(3);
        assertThat(next(first).told()).isEmpty();
    }

    @Test
    void theSelectInsideAnExpandHasNoEffect() throws Exception {
        start(
                new MailGenerator(GeneratorOptions.of(3, 60))
                        .mails()
                        .map(mail -> mail.toBuilder().folder(FolderPath.INBOX).build())
                        .toList(),
                GraphQuirks.NONE,
                DeltaOptions.NONE);
        Round first = first(
                FolderPath.INBOX, query -> query.expand = new String[] {"attachments($select=id,name,contentType)"});

        assertThat(first.told())
                .flatExtracting(Message::getAttachments)
                .filteredOn(FileAttachment.class::isInstance)
                .isNotEmpty()
                .allSatisfy(part ->
                        assertThat(((FileAttachment) part).getContentBytes()).isNotNull());
    }

    @Test
    void aMailboxOverItsQuotaFailsTheChangesAlone() throws Exception {
        start(5);
        there.full(true);

        assertThat(refused(() -> first(FolderPath.INBOX)).getError().getCode()).isEqualTo("ErrorQuotaExceeded");
        assertThat(client.me().messages().get().getValue()).hasSize(5);
        there.full(false);
        assertThat(first(FolderPath.INBOX).ids()).hasSize(5);
    }

    @Test
    void theWholeTreeIsOneListOfFolders() throws Exception {
        start(1);
        there.addFolder(FolderPath.of("Projects", "North", "Deep"));
        there.addHiddenFolder(FolderPath.of("Secret"));
        var builder = client.me().mailFolders().delta();
        var page = builder.get(config -> config.headers.add("Prefer", "odata.maxpagesize=100"));

        assertThat(page.getValue())
                .extracting(MailFolder::getDisplayName)
                .contains("Inbox", "Projects", "North", "Deep");
        assertThat(page.getValue()).extracting(MailFolder::getDisplayName).doesNotContain("Secret");
        String deep = there.folderId(FolderPath.of("Projects", "North", "Deep"));
        String deltaLink = page.getOdataDeltaLink();
        there.moveFolder(FolderPath.of("Projects", "North"), FolderPath.DELETED);
        there.addFolder(FolderPath.of("New"));
        there.removeFolder(FolderPath.of("Projects"));
        var changed = builder.withUrl(deltaLink)
                .get(config -> config.headers.add("Prefer", "odata.maxpagesize=100"))
                .getValue();

        assertThat(there.folderId(FolderPath.of("Deleted", "North", "Deep"))).isEqualTo(deep);
        assertThat(changed).extracting(MailFolder::getDisplayName).contains("North", "Deep", "New");
        assertThat(changed)
                .filteredOn(folder -> folder.getAdditionalData().containsKey("@removed"))
                .hasSize(1);
    }
}
