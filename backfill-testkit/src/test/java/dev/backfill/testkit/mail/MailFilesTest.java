package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.model.Importance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailFilesTest {
    @TempDir
    Path folder;

    @Test
    void folderIsLoadedWithItsSubfoldersInTheOrderOfPaths() throws IOException {
        write("b.eml", "Subject: b", "", "");
        write("a.EML", "Subject: a", "", "");
        write("Work/2024/c.eml", "Subject: c", "", "");
        write("sent/d.eml", "Subject: d", "", "");
        write("notes.txt", "no mail");

        List<StoredMail> mails = MailFiles.load(folder);

        assertThat(mails).extracting(mail -> mail.parsed().subject()).containsExactly("c", "a", "b", "d");
        assertThat(mails)
                .extracting(StoredMail::folder)
                .containsExactly(FolderPath.of("Work", "2024"), FolderPath.INBOX, FolderPath.INBOX, FolderPath.SENT);
    }

    @Test
    void receivedTimeIsTheTopmostTraceElseTheDateElseInOrder() throws IOException {
        write(
                "1.eml",
                "Received: from x by y; Wed, 12 Jun 2002 10:00:00 +0200",
                "Received: from w by x; Wed, 12 Jun 2002 09:00:00 +0200",
                "Date: Wed, 12 Jun 2002 07:00:00 +0000",
                "",
                "");
        write("2.eml", "Date: Wed, 12 Jun 2002 07:00:00 +0000", "", "");
        write("3.eml", "Received: nonsense", "Date: Wed, 12 Jun 2002 07:00:00 +0000", "", "");
        write("4.eml", "Subject: undated", "", "");
        write("5.eml", "Date: tomorrow", "", "");

        assertThat(MailFiles.load(folder))
                .extracting(StoredMail::receivedAt)
                .containsExactly(
                        Instant.parse("2002-06-12T08:00:00Z"),
                        Instant.parse("2002-06-12T07:00:00Z"),
                        Instant.parse("2002-06-12T07:00:00Z"),
                        MailFiles.UNDATED.plusSeconds(3),
                        MailFiles.UNDATED.plusSeconds(4));
    }

    @Test
    void idsAreDistinctAndTheSameInEachRun() throws IOException {
        write("1.eml", "Subject: same", "", "");
        write("2.eml", "Subject: same", "", "");

        List<String> ids = ids(MailFiles.load(folder));

        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[0-7][0-9a-f]{15}"));
        assertThat(ids(MailFiles.load(folder))).isEqualTo(ids);
    }

    @Test
    void repliesShareAThread() throws IOException {
        write("1.eml", "Message-ID: <1@a>", "Date: Wed, 12 Jun 2002 07:00:00 +0000", "", "");
        write("2.eml", "Message-ID: <2@a>", "In-Reply-To: Message from A <a@a> of today <1@a>", "", "");
        write("3.eml", "Message-ID: <3@a>", "References: <2@a>", "", "");
        write("4.eml", "Message-ID: <4@a>", "", "");
        write("5.eml", "Subject: no id", "", "");
        write("6.eml", "Subject: no id either", "In-Reply-To: your message of Monday", "", "");

        List<StoredMail> mails = MailFiles.load(folder);

        assertThat(mails.subList(0, 3))
                .extracting(StoredMail::threadKey)
                .containsOnly(mails.get(1).id());
        assertThat(mails.subList(3, 6))
                .extracting(StoredMail::threadKey)
                .containsExactlyElementsOf(ids(mails.subList(3, 6)));
    }

    @Test
    void anAddressInAnInReplyToJoinsNoThreads() throws IOException {
        write("1.eml", "Message-ID: <1@a>", "In-Reply-To: Message from A <a@a> of today <8@a>", "", "");
        write("2.eml", "Message-ID: <2@a>", "In-Reply-To: Message from A <a@a> of today <9@a>", "", "");

        assertThat(MailFiles.load(folder)).extracting(StoredMail::threadKey).doesNotHaveDuplicates();
    }

    @Test
    void flagsComeFromHeaders() throws IOException {
        write("1.eml", "Status: O", "X-Status: F", "X-Priority: 1 (Highest)", "", "");
        write("2.eml", "Status: RO", "Importance: Low", "X-Priority: 1", "", "");

        List<StoredMail> mails = MailFiles.load(folder);

        assertThat(mails).extracting(StoredMail::isRead).containsExactly(false, true);
        assertThat(mails).extracting(StoredMail::isStarred).containsExactly(true, false);
        assertThat(mails).extracting(StoredMail::importance).containsExactly(Importance.HIGH, Importance.LOW);
    }

    @Test
    void mboxIsLoadedInItsOrder() throws IOException {
        Path mbox = folder.resolve("mail.mbox");
        Files.writeString(
                mbox, "From a Wed Jun 12 13:45:09 2002\nSubject: b\n\n\nFrom a Wed Jun 12 13:45:09 2002\nSubject: a\n");

        assertThat(MailFiles.load(mbox))
                .extracting(mail -> mail.parsed().subject())
                .containsExactly("b", "a");
    }

    @Test
    void singleFileIsLoaded() throws IOException {
        write("1.eml", "Subject: one", "", "");
        assertThat(MailFiles.load(folder.resolve("1.eml"))).hasSize(1);
    }

    @Test
    void whatCannotBeLoadedIsSaidInOneLine() throws IOException {
        Files.createDirectory(folder.resolve("empty"));
        Files.createDirectory(folder.resolve("empty/folder.eml"));
        Files.writeString(folder.resolve("notes.txt"), "no mail");
        Files.writeString(folder.resolve("zero.eml"), "");

        assertThatFailure(folder.resolve("missing")).hasMessageStartingWith("no such file or folder: ");
        assertThatFailure(folder.resolve("empty")).hasMessageStartingWith("no .eml file in the folder ");
        assertThatFailure(folder.resolve("notes.txt")).hasMessageStartingWith("neither an mbox");
        assertThatFailure(folder.resolve("zero.eml")).hasMessageStartingWith("neither an mbox");
    }

    private static AbstractThrowableAssert<?, ?> assertThatFailure(Path path) {
        return assertThatThrownBy(() -> MailFiles.load(path))
                .isInstanceOf(MailFileException.class)
                .hasMessageContaining(path.toString())
                .hasMessageNotContainingAny("\n");
    }

    private static List<String> ids(List<StoredMail> mails) {
        return mails.stream().map(StoredMail::id).toList();
    }

    private void write(String name, String... lines) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, String.join("\r\n", lines).getBytes(StandardCharsets.UTF_8));
    }
}
