package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.FaultPlan;
import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.LoopbackServer;
import dev.backfill.testkit.http.RequestJournal;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.PubSubEmulator;
import dev.backfill.testkit.pubsub.PubSubTestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherServersTest {
    private static final String OWNER = "owner@example.com";

    @TempDir
    private Path folder;

    private static List<StoredMail> mails(int count) {
        MailGenerator generator = new MailGenerator(GeneratorOptions.of(3, count));
        return IntStream.range(0, count).mapToObj(generator::at).toList();
    }

    @Test
    void aGraphAndAGmailThatAreAlreadyThereAreCrawledWithTheTokenOfAFile() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "a-token\n");
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails(150)).start();
                FakeGmail gmail = FakeGmail.builder().mailbox(OWNER, mails(60)).start()) {
            graph.tokens().accept("a-token", OWNER);
            gmail.tokens().accept("a-token", OWNER);

            Session session = Session.run(
                    "--graph-url",
                    graph.baseUrl(),
                    "--gmail-url",
                    gmail.rootUrl(),
                    "--gmail-quota",
                    "off",
                    "--token-file",
                    token,
                    "--verify");

            assertThat(session.exitCode()).as(session.all()).isZero();
            assertThat(session.out()).contains("Microsoft verified by count only", "Google verified by count only");
        }
    }

    @Test
    void theTokenFileIsReadAgainAfterARefusal() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "first");
        try (FakeGraph graph = FakeGraph.builder()
                .mailbox(OWNER, mails(250))
                .beforePage(number -> renew(number, token))
                .start()) {
            graph.tokens().accept("first", OWNER);
            expireAfterFirstPage = () -> {
                graph.tokens().accept("second", OWNER);
                graph.tokens().expire("first");
            };

            Session session = Session.run("--graph-url", graph.baseUrl(), "--token-file", token);

            assertThat(session.exitCode()).as(session.all()).isZero();
            assertThat(graph.tokensSeen(graph.mailbox(OWNER))).contains("first", "second");
        }
    }

    private volatile Runnable expireAfterFirstPage = () -> {};

    private void renew(long number, Path token) {
        if (number == 1) {
            try {
                Files.writeString(token, "second");
            } catch (IOException cannotWrite) {
                throw new IllegalStateException(cannotWrite);
            }
            expireAfterFirstPage.run();
        }
    }

    @Test
    void aRefusedTokenIsSaidAndIsNoSuccess() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "wrong");
        try (FakeGmail gmail = FakeGmail.builder().mailbox(OWNER, mails(5)).start()) {
            gmail.tokens().accept("right", OWNER);

            Session session = Session.run("--gmail-url", gmail.rootUrl(), "--token-file", token);

            assertThat(session.exitCode()).as(session.all()).isEqualTo(1);
            assertThat(session.err()).startsWith("quickstart: Google failed, AUTHENTICATION");
            assertThat(session.all()).doesNotContain("\tat ", "wrong");
        }
    }

    @Test
    void aServerThatIsNotThereIsSaidAtOnce() {
        for (Object[] arguments : new Object[][] {
            {"--graph-url", "http://127.0.0.1:1/v1.0", "nothing answers at 127.0.0.1, port 1"},
            {"--gmail-url", "http://127.0.0.1:1/", "nothing answers at 127.0.0.1, port 1"},
            {"--gmail-url", "https://nowhere.invalid/", "there is no host nowhere.invalid"}
        }) {
            Session session = Session.run(arguments[0], arguments[1]);

            assertThat(session.exitCode()).as(session.all()).isEqualTo(1);
            assertThat(session.err()).startsWith("quickstart: " + arguments[0] + ": " + arguments[2]);
            assertThat(session.err().lines()).hasSize(1);
            assertThat(session.out()).as("nothing was begun").isEmpty();
        }
    }

    @Test
    void aServerThatIsNoGraphOrNoGmailIsSaidAtOnce() throws IOException {
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails(1)).start();
                FakeGmail gmail = FakeGmail.builder().mailbox(OWNER, mails(1)).start();
                LoopbackServer page = LoopbackServer.start(
                        call -> HttpAnswer.text(200, "text/html", "<html>hello"),
                        new RequestJournal(),
                        new FaultPlan())) {
            for (String url :
                    List.of(graph.baseUrl().resolve("/").toString(), page.uri().toString())) {
                noSuchServer("--gmail-url", url, "Gmail");
            }
            for (String url : List.of(gmail.rootUrl() + "v1.0", page.uri() + "/v1.0")) {
                noSuchServer("--graph-url", url, "Microsoft Graph");
            }
        }
    }

    @Test
    void anAnswerThatIsSomeOtherJsonIsNoGraphAndNoGmail() throws IOException {
        for (String json :
                List.of("{}", "{\"value\": 1}", "{\"items\": {\"value\": []}}", "{\"value\"", "{\"messages\": 7}")) {
            try (LoopbackServer other = LoopbackServer.start(
                    call -> HttpAnswer.text(200, "application/json", json), new RequestJournal(), new FaultPlan())) {
                noSuchServer("--gmail-url", other.uri().toString(), "Gmail");
                noSuchServer("--graph-url", other.uri() + "/v1.0", "Microsoft Graph");
            }
        }
    }

    @Test
    void whatAJobThatFailedPublishedIsNeverVerified() throws IOException {
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails(5)).start()) {
            Path token = Files.writeString(folder.resolve("token"), "a-token");
            graph.tokens().accept("a-token", OWNER);

            Session session = Session.run(
                    "--graph-url", graph.baseUrl(), "--token-file", token, "--folders", "No Such", "--verify");

            assertThat(session.exitCode()).as(session.all()).isEqualTo(1);
            assertThat(session.out()).doesNotContain("verified");
            assertThat(session.err().lines())
                    .singleElement()
                    .asString()
                    .contains("FOLDER_NOT_FOUND", "No Such")
                    .endsWith("NOT verified");
        }
    }

    @Test
    void nothingInRangeOfAnotherServerIsNotVerified() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "a-token");
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails(5)).start()) {
            graph.tokens().accept("a-token", OWNER);

            Session session = Session.run(
                    "--graph-url", graph.baseUrl(), "--token-file", token, "--to", "1999-01-01", "--verify");

            assertThat(session.exitCode()).as(session.all()).isEqualTo(1);
            assertThat(session.err().lines())
                    .singleElement()
                    .asString()
                    .contains("Microsoft NOT verified", "no message was in range");
        }
    }

    private static void noSuchServer(String argument, String url, String title) {
        Session session = Session.run(argument, url);

        assertThat(session.exitCode()).as(session.all()).isEqualTo(2);
        assertThat(session.err())
                .startsWith("quickstart: " + argument + ": what answers at " + url + " is no " + title)
                .contains("it must be");
        assertThat(session.err().lines()).hasSize(1);
        assertThat(session.out()).as("nothing was begun").isEmpty();
    }

    @Test
    void anEmulatorThatIsNamedIsUsedAndOneThatIsMissingIsSaid() {
        try (InProcessPubSub other = InProcessPubSub.start()) {
            Session session = Session.run(
                    Map.of("PUBSUB_EMULATOR_HOST", other.host()),
                    "--messages",
                    40,
                    "--provider",
                    "microsoft",
                    "--verify");

            assertThat(session.exitCode()).as(session.all()).isZero();
            assertThat(session.out()).contains("emulator at " + other.host());
            assertThat(isLeft(other, session)).as("topic and subscription").containsExactly(false, false);
        }
        Session missing = Session.run(Map.of("PUBSUB_EMULATOR_HOST", "127.0.0.1:1"), "--messages", 1);

        assertThat(missing.exitCode()).as(missing.all()).isEqualTo(1);
        assertThat(missing.err()).contains("127.0.0.1:1", "PUBSUB_EMULATOR_HOST");
        assertThat(missing.err().lines()).hasSize(1);
    }

    @Test
    void aRunThatIsRefusedLeavesNothingOnTheEmulator() {
        try (InProcessPubSub other = InProcessPubSub.start()) {
            Session session = Session.run(
                    Map.of("PUBSUB_EMULATOR_HOST", other.host()), "--messages", 5, "--folders", "no-such-folder");

            assertThat(session.exitCode()).as(session.all()).isEqualTo(1);
            assertThat(isLeft(other, session)).as("topic and subscription").containsExactly(false, false);
        }
    }

    @Test
    void aRunInAStoreLeavesItsTopicUntilItIsDone() {
        Path store = folder.resolve("jobs.db");
        try (InProcessPubSub other = InProcessPubSub.start()) {
            Map<String, String> environment = Map.of("PUBSUB_EMULATOR_HOST", other.host());
            Session failed = Session.run(environment, "--messages", 5, "--folders", "no-such-folder", "--store", store);

            assertThat(failed.exitCode()).as(failed.all()).isEqualTo(1);
            assertThat(failed.out()).contains("Topic and subscription stay");
            assertThat(isLeft(other, failed)).as("topic and subscription").containsExactly(true, true);

            Session good = Session.run(environment, "--messages", 5, "--store", store, "--verify");

            assertThat(good.exitCode()).as(good.all()).isZero();
            assertThat(isLeft(other, good)).as("topic and subscription").containsExactly(false, false);
        }
    }

    /** Whether the topic that a session named is still there, and its subscription. */
    static List<Boolean> isLeft(InProcessPubSub pubsub, Session session) {
        String topic = session.out().replaceAll("(?s).*, topic (emails-[0-9a-f]+)\\R.*", "$1");
        assertThat(topic).startsWith("emails-");
        try (PubSubTestClient client = PubSubTestClient.connect(pubsub.host())) {
            boolean topicWasThere = client.deleteTopic("projects/quickstart/topics/" + topic);
            return List.of(
                    topicWasThere, client.deleteSubscription("projects/quickstart/subscriptions/" + topic + "-pull"));
        }
    }

    @Test
    void googlesOwnEmulatorTakesTheWholeRun() {
        if (PubSubEmulator.find().isEmpty()) {
            System.out.println("OtherServersTest IS NOT RUN on Google's emulator. " + PubSubEmulator.notFound());
        }
        Assumptions.assumeTrue(PubSubEmulator.find().isPresent(), PubSubEmulator::notFound);
        try (PubSubEmulator emulator =
                PubSubEmulator.start(PubSubEmulator.find().orElseThrow())) {
            Session session =
                    Session.run(Map.of("PUBSUB_EMULATOR_HOST", emulator.host()), "--messages", 100, "--verify");

            assertThat(session.exitCode()).as(session.all()).isZero();
        }
    }
}
