package dev.backfill.examples.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.examples.crash.Worker.JobLine;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole jobs over mail, answers and tokens that hold a word which is nowhere else: it reaches the sink, and neither a byte of
 * the database nor a line of the logs has it.
 */
class NothingIsKeptTest {
    private static final String CANARY = "kanarienvogel";
    private static final String OWNER = "owner@example.com";
    private static final String OTHER = "other@example.com";
    private static final int MESSAGES = 60;
    private static final String UNREADABLE = id(7);

    @TempDir
    private Path folder;

    private static String id(int number) {
        return String.format("%016x", 0xa000 + number);
    }

    private static List<StoredMail> mails() {
        return IntStream.range(0, MESSAGES)
                .mapToObj(number -> StoredMail.builder(id(number), Instant.parse("2024-05-01T08:00:00Z"))
                        .folder(FolderPath.of("Old " + CANARY))
                        .mime(MailBytes.utf8("From: " + CANARY + " <" + CANARY + "@example.com>\r\nTo: " + CANARY
                                + "@example.com\r\nSubject: " + CANARY + "\r\nMessage-ID: <" + number + "." + CANARY
                                + "@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                                + "--b\r\nContent-Type: text/plain\r\n\r\n" + CANARY
                                + "\r\n--b\r\nContent-Type: application/pdf; name=" + CANARY
                                + ".pdf\r\nContent-Disposition: attachment; filename=" + CANARY + ".pdf\r\n\r\n"
                                + CANARY
                                + "\r\n--b--\r\n"))
                        .build())
                .toList();
    }

    /** Answers that quote the mail: one message is never given, others only when they are asked for again. */
    private static void plant(CrashWorld world) {
        world.gmail()
                .faults()
                .always(
                        RequestMatch.path("/messages/" + UNREADABLE + "$"),
                        GmailFault.of(400, "invalidArgument", CANARY).asFault())
                .nth(
                        RequestMatch.path("/messages/" + id(3) + "$"),
                        1,
                        new Fault.Status(503, Map.of(), "<html>" + CANARY + "</html>"))
                .nth(
                        RequestMatch.path("/messages/" + id(4) + "$"),
                        1,
                        GmailFault.of(401, "authError", CANARY + "@example.com").asFault())
                .nth(
                        RequestMatch.path("/messages/" + id(5) + "$"),
                        1,
                        Fault.json(200, "{\"" + CANARY + "\":" + CANARY));
    }

    /** Gives what the workers said. */
    private List<String> runAll(String store) throws IOException {
        List<String> said = new ArrayList<>();
        try (CrashWorld world =
                new CrashWorld(store, Map.of(OWNER, mails(), OTHER, mails()), UnaryOperator.identity())) {
            plant(world);
            String[] more = {"token=token-" + CANARY, "attachments=true", "mime=true", "log=trace"};
            Worker worker = world.worker("first", more);
            JobId job = worker.start(OWNER);
            assertThat(worker.awaitStatus(job, line -> line.state().isTerminal()))
                    .isEqualTo(new JobLine(job, JobState.COMPLETED, MESSAGES, MESSAGES - 1, 0, 1));
            worker.send("retry " + job);
            JobId retry = new JobId(worker.await("@retries"));
            worker.awaitStatus(retry, line -> line.state().isTerminal());
            world.pubsub().stall();
            JobId second = worker.start(OTHER);
            worker.awaitStatus(second, line -> line.state() == JobState.RUNNING);
            worker.kill();
            said.addAll(worker.lines());

            world.pubsub().comeBack();
            Worker heir = world.worker("heir", more);
            heir.awaitStatus(second, line -> line.state().isTerminal());
            said.addAll(heir.lines());
            assertThat(world.ids()).as("mail with the word arrived").hasSize(MESSAGES - 1);
            assertThat(world.gmail().tokensSeen(world.gmail().mailbox(OWNER))).containsExactly("token-" + CANARY);
        }
        return said;
    }

    private static void assertNotSaid(List<String> said) {
        assertThat(said).anyMatch(line -> line.contains("Job runs")).noneMatch(line -> line.contains("@error"));
        assertThat(said).noneMatch(line -> line.toLowerCase(Locale.ROOT).contains(CANARY));
    }

    @Test
    void nothingOfTheMailIsInTheFileOrTheLogs() throws IOException {
        assertNotSaid(runAll(folder.resolve("jobs.db").toString()));
        assertThat(files()).contains(UNREADABLE).doesNotContainIgnoringCase(CANARY);
    }

    /** Every byte of the database. */
    private String files() throws IOException {
        StringBuilder kept = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                kept.append(Files.readString(file, ISO_8859_1));
            }
        }
        return kept.toString();
    }

    /** Folders are kept by their ids; a folder's name is the user's own words, as mail is. */
    @Test
    void nothingOfGraphsMailAndFoldersIsInTheFileOrTheLogsNorAfterAnIncrementalJob() throws IOException {
        List<String> said = new ArrayList<>();
        String inbox;
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails()).start();
                CrashWorld world = new CrashWorld(
                        folder.resolve("jobs.db").toString(), Map.of(OTHER, mails()), UnaryOperator.identity())) {
            String[] more = {
                "token=token-" + CANARY,
                "attachments=true",
                "log=trace",
                "provider=microsoft",
                "graph=" + graph.baseUrl()
            };
            Worker worker = world.worker("first", more);
            assertRead(worker, worker.start(OWNER), MESSAGES);
            worker.kill();
            said.addAll(worker.lines());

            StoredMail first = mails().get(0);
            FolderPath added = FolderPath.of("New " + CANARY);
            graph.mailbox(OWNER).addFolder(added);
            graph.mailbox(OWNER).move(id(1), added, Instant.now());
            graph.mailbox(OWNER).purge(id(2));
            inbox = graph.mailbox(OWNER).folderId(first.folder());
            Worker heir = world.worker("heir", more);
            heir.send("changes " + OWNER);
            JobId changes = new JobId(heir.await("@started " + OWNER));
            JobLine end = heir.awaitStatus(changes, line -> line.state().isTerminal());
            assertThat(end.state()).isEqualTo(JobState.COMPLETED);
            assertThat(end.published()).as("what moved and what left").isGreaterThanOrEqualTo(2);
            said.addAll(heir.lines());
        }
        assertNotSaid(said);
        assertThat(files()).contains(inbox).doesNotContainIgnoringCase(CANARY);
    }

    private static void assertRead(Worker worker, JobId job, int messages) {
        assertThat(worker.awaitStatus(job, line -> line.state().isTerminal()))
                .isEqualTo(new JobLine(job, JobState.COMPLETED, messages, messages, 0, 0));
    }

    @Test
    void nothingOfTheMailIsInPostgresOrTheLogs() throws IOException, SQLException {
        try (PostgresServer postgres = new PostgresServer(folder)) {
            assertNotSaid(runAll(postgres.url()));
            assertThat(rows(postgres.url())).contains(UNREADABLE).doesNotContainIgnoringCase(CANARY);
            plantInTaskData(postgres.url());
            assertThat(rows(postgres.url()))
                    .as("the word, where it stands as bytes")
                    .containsIgnoringCase(CANARY);
        }
    }

    private static void plantInTaskData(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement planted = connection.prepareStatement("insert into backfill_scheduled_tasks"
                        + " (task_name, task_instance, task_data, execution_time, picked, version)"
                        + " values ('planted', '1', ?, now(), false, 1)")) {
            planted.setBytes(1, CANARY.getBytes(UTF_8));
            planted.executeUpdate();
        }
    }

    /** Every value of every row of every table, one a line; what stands there as bytes is given as the text that it may be. */
    private static String rows(String url) throws SQLException {
        StringBuilder all = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(url);
                Statement tables = connection.createStatement();
                ResultSet names = tables.executeQuery(
                        "select table_name from information_schema.tables where table_schema = 'public'")) {
            while (names.next()) {
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("select * from \"" + names.getString(1) + "\"")) {
                    while (rows.next()) {
                        appendRow(all, rows);
                    }
                }
            }
        }
        return all.toString();
    }

    private static void appendRow(StringBuilder all, ResultSet rows) throws SQLException {
        for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
            boolean bytes = rows.getMetaData().getColumnType(column) == Types.BINARY;
            byte[] raw = bytes ? rows.getBytes(column) : null;
            all.append(raw == null ? rows.getString(column) : new String(raw, ISO_8859_1))
                    .append('\n');
        }
    }
}
