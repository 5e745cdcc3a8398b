package dev.backfill.examples.contents;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine reserves three bytes of memory for each byte of content that is on its way, and no more may be held.
 * {@code -Dcontents.heap} tries another heap, in MB.
 */
class ContentsHeapTest {
    private static final int ATTACHMENTS = 3;
    private static final int MEGABYTES_EACH = 8;

    /** What the same job takes with an attachment of ten bytes. */
    private static final int MEGABYTES_WITHOUT = 24;

    @TempDir
    private Path folder;

    private static StoredMail mail() throws IOException {
        byte[] content = new byte[MEGABYTES_EACH << 20];
        new Random(1).nextBytes(content);
        byte[] encoded = Base64.getMimeEncoder().encode(content);
        ByteArrayOutputStream mime = new ByteArrayOutputStream(ATTACHMENTS * (encoded.length + 1_024));
        mime.write(
                ("From: Ann <ann@example.com>\r\nSubject: Large\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n"
                                + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nText\r\n")
                        .getBytes(US_ASCII));
        for (int i = 0; i < ATTACHMENTS; i++) {
            mime.write(("--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="
                            + i + ".bin\r\nContent-Transfer-Encoding: base64\r\n\r\n")
                    .getBytes(US_ASCII));
            mime.write(encoded);
            mime.write("\r\n".getBytes(US_ASCII));
        }
        mime.write("--b--\r\n".getBytes(US_ASCII));
        return StoredMail.builder("0000000000000001", Instant.parse("2024-05-01T08:00:00Z"))
                .folder(FolderPath.INBOX)
                .mime(MailBytes.copyOf(mime.toByteArray()))
                .build();
    }

    @Test
    void aMessageTakesNoMoreThanThriceTheBytesOfItsContents() throws Exception {
        int contents = ATTACHMENTS * MEGABYTES_EACH;
        int heap = Integer.getInteger("contents.heap", MEGABYTES_WITHOUT + 3 * contents);
        Path output = folder.resolve("output.txt");
        try (FakeGraph graph = FakeGraph.builder()
                .mailbox("owner@example.com", List.of(mail()))
                .start()) {
            Process job = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx" + heap + "m",
                            // All but a little for what is large, so that the heap's size is what is held
                            "-Xmn8m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+ExitOnOutOfMemoryError",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            ContentsJob.class.getName(),
                            graph.baseUrl().toString(),
                            Integer.toString((contents << 20) / 3 * 4))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                assertThat(job.waitFor(100, TimeUnit.SECONDS)).isTrue();
                assertThat(job.exitValue()).as(Files.readString(output)).isZero();
            } finally {
                job.destroyForcibly();
            }
        }
    }
}
