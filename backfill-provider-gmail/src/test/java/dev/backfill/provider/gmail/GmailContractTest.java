package dev.backfill.provider.gmail;

import dev.backfill.api.AccountRef;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.MailQuery;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.contract.DiscoveryContract;
import dev.backfill.testkit.contract.EmailSourceContract;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.ParsedPart;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class GmailContractTest implements EmailSourceContract, DiscoveryContract<EmailSource> {
    private static final String ANN = "ann@example.com";
    private static final String BOB = "bob@example.com";

    private final List<StoredMail> anns = mails(3, 120);
    private final List<StoredMail> bobs = mails(4, 15);
    private FakeGmail gmail;

    private static List<StoredMail> mails(long seed, int count) {
        return new MailGenerator(GeneratorOptions.of(seed, count)).mails().toList();
    }

    @BeforeEach
    void start() throws Exception {
        gmail = FakeGmail.builder().mailbox(ANN, anns).mailbox(BOB, bobs).start();
        gmail.tokens().accept("token-ann", ANN);
        gmail.tokens().accept("token-bob", BOB);
    }

    @AfterEach
    void stop() {
        gmail.close();
    }

    @Override
    public EmailSource source() {
        return new GoogleEmailSource();
    }

    @Override
    public DirectMailboxContext context() {
        return context(ANN, "token-ann");
    }

    @Override
    public DirectMailboxContext otherContext() {
        return context(BOB, "token-bob");
    }

    private DirectMailboxContext context(String address, String token) {
        return DirectMailboxContext.builder("google", address)
                .settings(Map.of("root-url", gmail.rootUrl().toString()))
                .token(token)
                .build();
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
        return anns.stream()
                .filter(mail -> query.folders().isEmpty()
                        ? TestMail.isShown(mail)
                                || query.includeDeleted() && mail.folder().role() == FolderRole.DELETED
                        : mail.folder().role() == FolderRole.INBOX)
                .map(StoredMail::id)
                .collect(Collectors.toSet());
    }

    @Override
    public Set<String> expectedOfOther() {
        return Set.copyOf(TestMail.shownIds(bobs));
    }

    @Override
    public Set<String> tokensSeen(AccountRef account) {
        return gmail.tokensSeen(gmail.mailbox(account.account()));
    }

    @Override
    public Optional<ContentRef> content() {
        for (StoredMail mail : anns) {
            List<ParsedPart> parts = mail.parsed().root().children();
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i).disposition().equals("attachment")
                        && parts.get(i).content().size() > 1) {
                    return Optional.of(ContentRef.attachment(mail.id(), Integer.toString(i)));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public Class<EmailSource> service() {
        return EmailSource.class;
    }

    @Override
    public Class<? extends EmailSource> plugin() {
        return GoogleEmailSource.class;
    }

    @Override
    public boolean walksByTime() {
        return false;
    }
}
