package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.model.FolderRole;
import dev.backfill.model.Importance;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StoredMailTest {
    private static final String ID = "0123456789abcdef";
    private static final Instant RECEIVED = Instant.parse("2024-02-29T12:00:00.123456Z");

    @Test
    void mimeIsMadeOnceAndParsedOnce() {
        AtomicInteger made = new AtomicInteger();
        StoredMail mail = StoredMail.builder(ID, RECEIVED)
                .mime(() -> {
                    made.incrementAndGet();
                    return MailBytes.utf8("Subject: x\r\n\r\n");
                })
                .build();
        MailBytes mime = mail.mime();
        ParsedMail parsed = mail.parsed();

        assertThat(mail.mime()).isSameAs(mime);
        assertThat(mail.parsed()).isSameAs(parsed);
        assertThat(made).hasValue(1);
    }

    @Test
    void copyKeepsWhatIsNotChanged() {
        StoredMail mail = StoredMail.builder(ID, RECEIVED)
                .threadKey("00000000000000ff")
                .folder(FolderPath.JUNK)
                .read(false)
                .starred(true)
                .importance(Importance.HIGH)
                .mime(MailBytes.EMPTY)
                .build();
        StoredMail moved = mail.toBuilder().folder(FolderPath.INBOX).build();

        assertThat(moved.folder()).isEqualTo(FolderPath.INBOX);
        assertThat(moved)
                .usingRecursiveComparison()
                .ignoringFields("folder", "mime", "madeMime", "parsed")
                .isEqualTo(mail);
        assertThat(moved.mime()).isEqualTo(mail.mime());
        assertThat(mail).hasToString("StoredMail[" + ID + "]");
    }

    @Test
    void receivedTimeIsInMilliseconds() {
        assertThat(StoredMail.builder(ID, RECEIVED)
                        .mime(MailBytes.EMPTY)
                        .build()
                        .receivedAt())
                .isEqualTo(Instant.parse("2024-02-29T12:00:00.123Z"));
    }

    @Test
    void whatIsMissingOrWrongIsRefused() {
        assertThatThrownBy(() -> StoredMail.builder("1", RECEIVED)).hasMessageContaining("16 lower-case hexadecimal");
        assertThatThrownBy(() -> StoredMail.builder(ID, RECEIVED).build()).hasMessageContaining("MIME");
    }

    @Test
    void folderPathsKnowTheirRolesAndParents() {
        FolderPath nested = FolderPath.of("Inbox", "Projects", "2024");
        assertThat(nested.role()).isEqualTo(FolderRole.OTHER);
        assertThat(nested.path()).isEqualTo("Inbox/Projects/2024");
        assertThat(nested.name()).isEqualTo("2024");
        assertThat(nested.top()).isEqualTo(FolderPath.INBOX);
        assertThat(nested.parent()).contains(FolderPath.of("Inbox", "Projects"));
        assertThat(FolderPath.INBOX.parent()).isEmpty();
        assertThat(FolderPath.INBOX.child("Projects").child("2024")).isEqualTo(nested);
        assertThat(FolderPath.of("Sent").role()).isEqualTo(FolderRole.SENT);
        assertThatThrownBy(() -> FolderPath.of("a", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(FolderPath::of).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesCannotBeChangedFromOutside() {
        byte[] source = {1, 2, 3};
        MailBytes bytes = MailBytes.copyOf(source);
        source[0] = 9;
        bytes.toByteArray()[1] = 9;
        assertThat(bytes.toByteArray()).containsExactly(1, 2, 3);
        assertThat(bytes.toByteBuffer().isReadOnly()).isTrue();
        assertThat(bytes).isEqualTo(MailBytes.copyOf(new byte[] {1, 2, 3})).hasToString("MailBytes[3]");
        assertThat(MailBytes.copyOf(new byte[] {-1, -2, -1}).base64()).isEqualTo("//7/");
        assertThat(MailBytes.copyOf(new byte[] {-1, -2, -1}).base64Url()).isEqualTo("__7_");
        assertThat(MailBytes.utf8("abc").sha256())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
