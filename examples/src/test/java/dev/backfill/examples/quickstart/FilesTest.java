package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No argument may make the quickstart write over what another one names. */
class FilesTest {
    private static final String MAIL = "From: a@example.com\r\nDate: Tue, 1 Jan 2019 00:00:00 +0000\r\n\r\nhello\r\n";
    private static final List<String> WRITERS = List.of("--json", "--out", "--store");

    @TempDir
    private Path folder;

    private Path mails;
    private Path mail;

    @BeforeEach
    void write() throws IOException {
        mails = Files.createDirectories(folder.resolve("mail"));
        mail = Files.writeString(mails.resolve("a.eml"), MAIL);
    }

    @Test
    void aFileOfMailIsNeverWrittenOver() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), mail);
        Path linkToLink = Files.createSymbolicLink(folder.resolve("link2"), Path.of("link"));
        Path hard = Files.createLink(folder.resolve("hard"), mail);
        for (String writer : WRITERS) {
            for (Path other : List.of(mail, mails.resolve("../mail/./a.eml"), link, linkToLink, hard)) {
                refused(List.of(writer + " " + other, "--mail " + mail), "--mail", mail, writer, other);
            }
            refused(List.of(writer + " " + mail, "--mail " + link), "--mail", link, writer, mail);
        }
    }

    @Test
    void nothingIsWrittenIntoAFolderOfMail() throws IOException {
        Path linked = Files.createSymbolicLink(folder.resolve("linked"), mails);
        Path below = Files.createDirectories(mails.resolve("below"));
        Path into = Files.createSymbolicLink(folder.resolve("into"), mails.resolve("later.json"));
        for (String writer : WRITERS) {
            for (Path other : List.of(mail, mails.resolve("new"), below.resolve("new"), linked.resolve("new"), into)) {
                refused(List.of(writer + " " + other, "--mail " + mails), "--mail", mails, writer, other);
            }
            refused(
                    List.of(writer + " " + mails.resolve("new"), "--mail " + linked),
                    "--mail",
                    linked,
                    writer,
                    mails.resolve("new"));
        }
    }

    @Test
    void aFileElsewhereThatTheFolderOfMailLinksToIsMailToo() throws IOException {
        Path elsewhere = Files.writeString(folder.resolve("b.eml"), MAIL);
        Files.createSymbolicLink(mails.resolve("b.eml"), elsewhere);
        Path hard = Files.createLink(folder.resolve("hard"), mail);
        for (String writer : WRITERS) {
            refused(List.of(writer + " " + elsewhere, "b.eml", "--mail " + mails), "--mail", mails, writer, elsewhere);
            refused(List.of(writer + " " + hard, "a.eml", "--mail " + mails), "--mail", mails, writer, hard);
        }
    }

    @Test
    void theTokenIsNeverWrittenOver() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "a-token");
        Object[] server = {"--gmail-url", "http://127.0.0.1:1/", "--provider", "google"};
        for (String writer : WRITERS) {
            for (Path other : List.of(token, mails.resolve("../token"))) {
                refused(
                        List.of("--token-file " + token, writer + " " + other),
                        with(server, "--token-file", token, writer, other));
            }
        }
    }

    @Test
    void twoOutputsAreTwoFiles() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        Path later = folder.resolve("later");
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), later);
        Path throughMail = folder.resolve("nowhere/../later");
        refused(List.of("--json " + file, "--out " + file), "--messages", 1, "--json", file, "--out", file);
        refused(List.of("--json " + file, "--out " + link), "--messages", 1, "--json", file, "--out", link);
        refused(List.of("--json " + later, "--out " + dangling), "--messages", 1, "--json", later, "--out", dangling);
        refused(List.of("--json " + dangling, "--store " + later), "--json", dangling, "--store", later);
        refused(List.of("--out " + later, "--store " + throughMail), "--out", later, "--store", throughMail);
        refused(List.of("--json " + later), "--json", later, "--out", folder.resolve("LATER"));
    }

    @Test
    void whatLiesBesideAStoreIsTheStoresToo() {
        Path store = folder.resolve("jobs.db");
        for (String suffix : List.of(".lock", "-wal", "-shm", "-journal")) {
            Path file = folder.resolve("jobs.db" + suffix);
            refused(List.of("--json " + file, "--store " + store), "--json", file, "--store", store);
        }
    }

    @Test
    void whatCannotBeWrittenIsSaidBeforeAnythingStarts() throws IOException {
        Path circle = folder.resolve("circle");
        Files.createSymbolicLink(circle, circle);
        for (String writer : List.of("--json", "--out")) {
            for (Path file : List.of(
                    folder,
                    folder.resolve("nowhere/file"),
                    mail.resolve("file"),
                    circle,
                    folder.resolve("n".repeat(300)))) {
                refused(List.of(writer + ": cannot", file.toString()), "--messages", 1, writer, file);
            }
        }
    }

    @Test
    void aMistakeElsewhereLeavesNoFileBehind() {
        Path json = folder.resolve("summary.json");
        Path out = folder.resolve("events.jsonl");
        Path store = folder.resolve("jobs.db");
        Object[] writers = {"--json", json, "--out", out, "--store", store};
        untouched(2, List.of("--out"), "--messages", 1, "--json", json, "--out", folder);
        untouched(1, List.of("--mail"), with(writers, "--mail", folder.resolve("nowhere")));
        untouched(
                1,
                List.of("--token-file"),
                with(writers, "--gmail-url", "http://127.0.0.1:1/", "--token-file", folder.resolve("nowhere")));
        untouched(1, List.of("--gmail-url"), with(writers, "--gmail-url", "http://127.0.0.1:1/"));
    }

    private static Object[] with(Object[] some, Object... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray();
    }

    private void refused(List<String> says, Object... arguments) {
        untouched(2, says, arguments);
    }

    private void untouched(int exitCode, List<String> says, Object... arguments) {
        Map<String, String> before = onDisk();

        Session session = Session.run(arguments);

        assertThat(session.exitCode()).as(session.all()).isEqualTo(exitCode);
        assertThat(session.out()).as("nothing was begun").isEmpty();
        if (exitCode == 2) {
            assertThat(session.err()).contains(says);
        }
        assertThat(session.err().lines()).hasSize(1);
        assertThat(onDisk()).as("the disk after " + session.err()).isEqualTo(before);
    }

    /** Every file with its content and time of change. */
    private Map<String, String> onDisk() {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                String content = Files.isRegularFile(path) ? HexFormat.of().formatHex(Files.readAllBytes(path)) : "";
                files.put(path.toString(), content + Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS));
            }
        } catch (IOException cannotRead) {
            throw new IllegalStateException(cannotRead);
        }
        return files;
    }
}
