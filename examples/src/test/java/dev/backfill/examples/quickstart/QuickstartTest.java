package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    @TempDir
    private Path folder;

    @Test
    void threeHundredGeneratedMessagesAMailboxArriveAsTheManifestSays() throws IOException {
        Path json = folder.resolve("summary.json");
        Path out = folder.resolve("events.jsonl");

        Session session = Session.run("--messages", 300, "--seed", 5, "--verify", "--json", json, "--out", out);

        assertThat(session.exitCode()).as(session.all()).isZero();
        assertThat(session.out()).contains("Microsoft verified", "Google verified");
        assertThat(Files.readString(json)).contains("\"microsoft\"", "\"google\"", "\"all\"", "\"heap_peak_mb\"");
        assertThat(numbers(json, "published")).containsExactly(300L, 300L, 600L);
        assertThat(numbers(json, "distinct")).containsExactly(300L, 300L, 600L);
        assertThat(numbers(json, "failed")).containsExactly(0L, 0L, 0L);
        assertThat(Files.readAllLines(out))
                .hasSize(600)
                .allSatisfy(
                        line -> assertThat(line).startsWith("{\"metadata\":").endsWith("}"));
    }

    @Test
    void outAppendsAndOneProviderRunsAlone() throws IOException {
        Path out = folder.resolve("events.jsonl");
        Path json = folder.resolve("summary.json");
        Session.run("--messages", 5, "--provider", "google", "--out", out);

        Session session = Session.run("--messages", 5, "--provider", "google", "--out", out, "--json", json);

        assertThat(session.exitCode()).as(session.all()).isZero();
        assertThat(Files.readAllLines(out)).hasSize(10);
        assertThat(Files.readString(json)).contains("\"google\"", "\"all\"").doesNotContain("microsoft");
        assertThat(session.out()).doesNotContain("microsoft");
    }

    @Test
    void mailOfAFolderAndItsSubfoldersIsReadAndCompared() throws IOException {
        MailGenerator mails = new MailGenerator(GeneratorOptions.of(11, 8));
        Path sub = Files.createDirectories(folder.resolve("mail/Projects"));
        for (int i = 0; i < mails.count(); i++) {
            Path place = i % 2 == 0 ? sub : folder.resolve("mail");
            Files.write(place.resolve(i + ".eml"), mails.at(i).mime().toByteArray());
        }

        Session session = Session.run("--mail", folder.resolve("mail"), "--verify");

        assertThat(session.exitCode()).as(session.all()).isZero();
        assertThat(session.out()).contains("every field of 8 messages compared");
    }

    @Test
    void mailOfAnMboxIsReadAndCompared() throws IOException {
        MailGenerator mails = new MailGenerator(GeneratorOptions.of(12, 3));
        ByteArrayOutputStream mbox = new ByteArrayOutputStream();
        for (int i = 0; i < mails.count(); i++) {
            mbox.write("From - Thu Jan  1 00:00:00 2020\n".getBytes(StandardCharsets.US_ASCII));
            mbox.write(mails.at(i).mime().toByteArray());
            mbox.write("\n\n".getBytes(StandardCharsets.US_ASCII));
        }
        Path file = Files.write(folder.resolve("all.mbox"), mbox.toByteArray());

        Session session = Session.run("--mail", file, "--verify");

        assertThat(session.exitCode()).as(session.all()).isZero();
        assertThat(session.out()).contains("every field of 3 messages compared");
    }

    @Test
    void microsoftsMailDatedInTheFutureIsLeftToTheFutureAndSaid() throws IOException {
        Path mail = Files.createDirectories(folder.resolve("mail"));
        for (int year : List.of(2019, 2098, 2099)) {
            Files.writeString(
                    mail.resolve(year + ".eml"),
                    "From: a@example.com\r\nDate: Tue, 1 Jan " + year + " 00:00:00 +0000\r\n\r\nhello\r\n");
        }

        Session session = Session.run("--mail", mail, "--verify");

        assertThat(session.exitCode()).as(session.all()).isZero();
        assertThat(session.out())
                .contains("Microsoft verified, every field of 1 message compared")
                .contains("Microsoft note: 2 messages dated after the job began")
                .contains("Google verified, every field of 3 messages compared");
    }

    @Test
    void foldersAndDatesNarrowWhatArrivesAndWhatIsExpected() {
        Session session = Session.run(
                "--messages", 200, "--verify", "--folders", "inbox,sent", "--from", "2020-01-01", "--to", "2023-01-01");

        assertThat(session.exitCode()).as(session.all()).isZero();
        assertThat(session.out()).doesNotContain("every field of 200 messages", "every field of 0 messages");
    }

    @Test
    void deletedMailArrivesWhenAskedFor() {
        Session usual = Session.run("--messages", 200, "--verify", "--provider", "microsoft");
        Session deleted = Session.run("--messages", 200, "--verify", "--provider", "microsoft", "--include-deleted");

        assertThat(usual.out()).as(usual.all()).contains("every field of 200 messages compared");
        assertThat(deleted.exitCode()).as(deleted.all()).isZero();
        assertThat(deleted.out()).doesNotContain("every field of 200 messages");
    }

    @Test
    void whatThePersonCanMendIsOneLineAndExitCodeOne() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Path text = Files.writeString(folder.resolve("note.txt"), "no mail");
        Path nowhere = folder.resolve("nowhere/file");

        failsInOneLine("no .eml file", "--mail", empty);
        failsInOneLine("neither an mbox", "--mail", text);
        failsInOneLine("no such file", "--mail", nowhere);
        failsInOneLine("cannot read", "--graph-url", "http://127.0.0.1:1/v1.0", "--token-file", nowhere);
        Path bytes = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, (byte) 0xfe});
        failsInOneLine("one word of ASCII", "--graph-url", "http://127.0.0.1:1/v1.0", "--token-file", bytes);
    }

    @Test
    void aFolderThatIsNotThereIsOneLineThatNamesItAlsoWithVerify() {
        Session session =
                Session.run("--messages", 20, "--provider", "microsoft", "--folders", "inbox,No Such", "--verify");

        assertThat(session.exitCode()).as(session.all()).isEqualTo(1);
        assertThat(session.err().lines()).singleElement().asString().contains("FOLDER_NOT_FOUND", "No Such");
        assertThat(session.out()).doesNotContain("verified");
    }

    @Test
    void nothingInRangeIsNotVerified() {
        Session session = Session.run("--messages", 5, "--from", "2050-01-01", "--verify");

        assertThat(session.exitCode()).as(session.all()).isEqualTo(1);
        assertThat(session.out()).doesNotContain("verified");
        assertThat(session.err().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("NOT verified", "no message was in range"));
    }

    @Test
    void generatingMailIsToldOfBeforeItIsDone() {
        Session session = Session.run("--messages", 1_000, "--provider", "google");

        assertThat(session.out().lines().findFirst().orElseThrow())
                .matches("Preparing 1,000 generated messages for each provider [.]{3} [0-9.]+ s");
    }

    @Test
    void theExitCodeIsHandedOverToWhoAsksForItAndKeptWhereThatFails() throws IOException {
        Path file = folder.resolve("exit");
        Map<String, String> asked = Map.of("QUICKSTART_EXIT_FILE", file.toString());

        assertThat(Quickstart.handedOver(2, asked)).isZero();
        assertThat(Files.readString(file).strip()).isEqualTo("2");
        assertThat(Quickstart.handedOver(2, Map.of())).isEqualTo(2);
        assertThat(Quickstart.handedOver(2, Map.of("QUICKSTART_EXIT_FILE", folder.toString())))
                .isEqualTo(2);
    }

    private static void failsInOneLine(String says, Object... arguments) {
        Session session = Session.run(arguments);

        assertThat(session.exitCode()).as(session.all()).isEqualTo(1);
        assertThat(session.err()).contains(says);
        assertThat(session.out()).as("nothing was begun").isEmpty();
        assertThat(session.err().lines()).hasSize(1);
    }

    private static List<Long> numbers(Path json, String field) throws IOException {
        return Files.readAllLines(json).stream()
                .filter(line -> line.contains("\"" + field + "\""))
                .map(line -> Long.valueOf(line.replaceAll("[^0-9]", "")))
                .toList();
    }
}
