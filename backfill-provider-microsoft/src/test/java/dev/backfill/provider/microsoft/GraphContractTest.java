package dev.backfill.provider.microsoft;

import dev.backfill.api.AccountRef;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.contract.EmailSourceContract;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What every source must do, done by this one against the fake. */
class GraphContractTest implements EmailSourceContract {
    private static final String OTHER = "other@example.com";
    private static final List<StoredMail> MAILS = mails();
    private static final List<StoredMail> OTHERS = Graphs.minutes(7, FolderPath.of("Private"));
    private static FakeGraph graph;

    private static List<StoredMail> mails() {
        List<StoredMail> mails = new ArrayList<>(Graphs.generated(60));
        mails.addAll(Graphs.burst(500, 12, Graphs.START, FolderPath.INBOX));
        mails.addAll(Graphs.burst(600, 5, Graphs.START.plusSeconds(5), FolderPath.DELETED));
        return mails;
    }

    @BeforeAll
    static void start() throws IOException {
        graph = FakeGraph.builder()
                .mailbox(Graphs.OWNER, MAILS)
                .mailbox(OTHER, OTHERS)
                .start();
        graph.tokens().accept("owners-token", Graphs.OWNER);
        graph.tokens().accept("others-token", OTHER);
    }

    @AfterAll
    static void stop() {
        graph.close();
    }

    @Override
    public EmailSource source() {
        return new MicrosoftEmailSource();
    }

    @Override
    public DirectMailboxContext context() {
        return Graphs.builder(graph, Graphs.OWNER).token("owners-token").build();
    }

    @Override
    public DirectMailboxContext otherContext() {
        return Graphs.builder(graph, OTHER).token("others-token").build();
    }

    @Override
    public MailQuery query() {
        return new MailQuery(null, Crawl.TO, List.of(), false, false);
    }

    @Override
    public String folder() {
        return "inbox";
    }

    @Override
    public Set<String> expected(MailQuery query) {
        return MAILS.stream()
                .filter(mail -> {
                    FolderRole top = mail.folder().top().role();
                    if (top == FolderRole.DELETED) {
                        return query.includeDeleted();
                    }
                    return query.folders().isEmpty()
                            ? top != FolderRole.JUNK
                            : mail.folder().role() == FolderRole.INBOX;
                })
                .map(graph.mailbox(Graphs.OWNER)::messageId)
                .collect(Collectors.toSet());
    }

    @Override
    public Set<String> expectedOfOther() {
        return OTHERS.stream().map(graph.mailbox(OTHER)::messageId).collect(Collectors.toSet());
    }

    @Override
    public Set<String> tokensSeen(AccountRef account) {
        return graph.tokensSeen(graph.mailbox(account.account()));
    }

    @Override
    public Optional<ContentRef> content() {
        StoredMail mail = MAILS.stream()
                .filter(one -> one.parsed().attachments().stream().anyMatch(part -> part.sizeBytes() > 1))
                .findFirst()
                .orElseThrow();
        String id = graph.mailbox(Graphs.OWNER).messageId(mail);
        MailQuery everything = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        try (Mailbox mailbox = source().open(context())) {
            return Crawl.of(mailbox, everything, Crawl.limit(100)).emails().stream()
                    .filter(email -> email.id().equals(id))
                    .flatMap(email -> email.attachments().stream())
                    .filter(part -> part.sizeBytes() != null && part.sizeBytes() > 1)
                    .map(part -> ContentRef.attachment(id, part.id()))
                    .findFirst();
        }
    }
}
