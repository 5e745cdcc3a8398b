package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CarryOnTest {
    private static final String OWNER = "owner@example.com";
    private static final String TOPIC = "projects/p/topics/emails";
    private static final int COUNT = 1_500;
    private static final int SOME = 200;
    private static final UserId USER = UserId.of("ann");

    private final List<StoredMail> mails = mails();

    private static List<StoredMail> mails() {
        MailGenerator generator = new MailGenerator(GeneratorOptions.of(21, COUNT));
        return IntStream.range(0, COUNT).mapToObj(generator::at).toList();
    }

    @Test
    void aManagerClosedInTheMiddleIsCarriedOnByAnotherOverTheSameStore() throws Exception {
        InMemoryJobStore store = new InMemoryJobStore();
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                FakeGmail gmail = FakeGmail.builder().mailbox(OWNER, mails).start();
                InProcessPubSub pubsub = InProcessPubSub.start()) {
            pubsub.createTopic(TOPIC);
            List<JobId> jobs = new ArrayList<>();
            CountDownLatch some = new CountDownLatch(1);
            try (BackfillManager first = builder(graph, gmail, pubsub)
                    .store(store)
                    .listener(event -> {
                        if (event.job().progress().published() >= SOME) {
                            some.countDown();
                        }
                    })
                    .build()) {
                for (String provider : List.of("microsoft", "google")) {
                    jobs.add(first.forUser(USER)
                            .start(BackfillRequest.builder(provider, "me")
                                    .folders(List.of("inbox"))
                                    .batchSize(20)
                                    .build())
                            .id());
                }
                assertThat(some.await(60, TimeUnit.SECONDS)).isTrue();
            }
            int before = messageIds(pubsub).size();

            CountDownLatch ended = new CountDownLatch(jobs.size());
            try (BackfillManager second = builder(graph, gmail, pubsub)
                    .store(store)
                    .listener(event -> {
                        if (event instanceof JobEvent.StateChanged
                                && event.job().state().isTerminal()) {
                            ended.countDown();
                        }
                    })
                    .build()) {
                assertThat(ended.await(120, TimeUnit.SECONDS)).isTrue();
                for (JobId job : jobs) {
                    assertThat(second.forUser(USER).status(job).state()).isEqualTo(JobState.COMPLETED);
                }
            }

            Set<String> inbox = mails.stream()
                    .filter(mail -> mail.folder().path().equals("Inbox"))
                    .map(StoredMail::id)
                    .collect(Collectors.toSet());
            Set<String> wanted = new HashSet<>(inbox);
            mails.stream()
                    .filter(mail -> inbox.contains(mail.id()))
                    .forEach(mail -> wanted.add(graph.mailbox(OWNER).messageId(mail)));
            assertThat(before).as("published before the close").isBetween(1, wanted.size() - 1);
            assertThat(messageIds(pubsub)).containsExactlyInAnyOrderElementsOf(wanted);
        }
    }

    private static Set<String> messageIds(InProcessPubSub pubsub) {
        return pubsub.messages(TOPIC).stream()
                .map(message -> message.attributes().get("message_id"))
                .collect(Collectors.toSet());
    }

    private static BackfillBuilder builder(FakeGraph graph, FakeGmail gmail, InProcessPubSub pubsub) {
        return Backfill.builder()
                .accessTokens(account -> () -> "a-token")
                .settings("pubsub", Map.of("project", "p", "topic", "emails", "emulator-host", pubsub.host()))
                .settings("microsoft", Map.of("base-url", graph.baseUrl().toString()))
                .settings("google", Map.of("root-url", gmail.rootUrl().toString(), "quota", "off"));
    }
}
