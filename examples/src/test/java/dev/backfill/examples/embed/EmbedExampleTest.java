package dev.backfill.examples.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobState;
import dev.backfill.model.FolderRole;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EmbedExampleTest {
    private static final String OWNER = "owner@example.com";
    private static final Instant SINCE = Instant.parse("2020-01-01T00:00:00Z");

    private final List<StoredMail> mails = mails();

    private static List<StoredMail> mails() {
        MailGenerator generator = new MailGenerator(GeneratorOptions.of(7, 60));
        return IntStream.range(0, generator.count()).mapToObj(generator::at).toList();
    }

    private long wanted() {
        return mails.stream()
                .filter(mail -> mail.folder().role() == FolderRole.INBOX
                        || mail.folder().role() == FolderRole.SENT)
                .filter(mail -> !mail.receivedAt().isBefore(SINCE))
                .count();
    }

    @Test
    void theLinesOfTheReadmeBackfillAMicrosoftMailbox() throws Exception {
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start()) {
            graph.tokens().accept("the-hosts-token", OWNER);
            check("microsoft", Map.of("base-url", graph.baseUrl().toString()));
        }
    }

    @Test
    void theLinesOfTheReadmeBackfillAGoogleMailbox() throws Exception {
        try (FakeGmail gmail = FakeGmail.builder().mailbox(OWNER, mails).start()) {
            gmail.tokens().accept("the-hosts-token", OWNER);
            check("google", Map.of("root-url", gmail.rootUrl().toString(), "quota", "off"));
        }
    }

    private void check(String provider, Map<String, String> server) {
        try (InProcessPubSub pubsub = InProcessPubSub.start()) {
            pubsub.createTopic("projects/p/topics/emails");
            Map<String, String> sink = Map.of("project", "p", "topic", "emails", "emulator-host", pubsub.host());

            BackfillJob job = EmbedExample.backfill(
                    account -> () -> "the-hosts-token", provider, Map.of("pubsub", sink, provider, server));

            assertThat(job.state()).as(String.valueOf(job.failureMessage())).isEqualTo(JobState.COMPLETED);
            assertThat(job.progress().published()).isEqualTo(wanted()).isPositive();
        }
    }
}
