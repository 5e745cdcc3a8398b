package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.model.Importance;
import dev.backfill.testkit.mail.ManifestFinding.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
    private static final StoredMail MAIL = StoredMail.builder(
                    "0000000000000001", Instant.parse("2024-02-29T12:00:00.123Z"))
            .folder(FolderPath.of("Inbox", "Projekte"))
            .read(false)
            .starred(true)
            .importance(Importance.HIGH)
            .mime(Samples.bytes(
                    "From: Ada <ada@a.example>",
                    "To: b@b.example, Only A Name",
                    "Cc: c@c.example",
                    "Reply-To: r@r.example",
                    "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=",
                    "Date: Thu, 29 Feb 2024 13:00:00 +0100",
                    "Message-ID: <1@a.example>",
                    "In-Reply-To: <0@a.example>",
                    "References: <0@a.example>",
                    "X-Note: one",
                    "x-note: two",
                    "Content-Type: multipart/mixed; boundary=b",
                    "",
                    "--b",
                    "Content-Type: multipart/alternative; boundary=a",
                    "",
                    "--a",
                    "",
                    "text",
                    "lines",
                    "--a",
                    "Content-Type: text/html",
                    "",
                    "<p>html</p>",
                    "--a--",
                    "--b",
                    "Content-Type: application/pdf; name=a.pdf",
                    "Content-Disposition: attachment",
                    "",
                    "%PDF",
                    "--b--"))
            .build();

    /** Written by hand from the wire contract, with nothing of the code under test. */
    private static final String GMAIL_EVENT = """
            {"metadata": {"tags": {}}, "user_id": "u", "email": {"id": "x", "thread_id": "t1", "subject": "Grüße",
             "body": "text\\nlines", "from_address": "ada@a.example", "to_addresses": ["b@b.example"],
             "cc_addresses": ["c@c.example"], "bcc_addresses": [], "received_date": "2024-02-29T12:00:00.123Z",
             "sent_date": "2024-02-29T12:00:00Z", "labels": ["STARRED", "Inbox/Projekte", "UNREAD"], "is_read": false,
             "is_starred": true, "has_attachments": true, "provider": "google", "provider_message_id": "m1",
             "size_bytes": 549, "mime_type": "text/html",
             "headers": {"From": "Ada <ada@a.example>", "To": "b@b.example, Only A Name", "Cc": "c@c.example",
              "Reply-To": "r@r.example", "Subject": "Grüße", "Date": "Thu, 29 Feb 2024 13:00:00 +0100",
              "Message-ID": "<1@a.example>", "In-Reply-To": "<0@a.example>", "References": "<0@a.example>",
              "X-Note": "one\\ntwo", "Content-Type": "multipart/mixed; boundary=b"},
             "folder": "", "body_html": "<p>html</p>", "body_text": "text\\r\\nlines",
             "internet_message_id": "<1@a.example>", "in_reply_to": "<0@a.example>", "references": ["<0@a.example>"],
             "reply_to": ["r@r.example"], "importance": "high",
             "attachments": [{"id": "9", "name": "a.pdf", "content_type": "application/pdf", "size_bytes": 4,
              "is_inline": false, "content_id": null}], "truncated": []}, "operation": "create"}
            """;

    private final Manifest manifest =
            Manifest.builder(Profile.GMAIL).add(MAIL, "m1", "t1").build();

    @Test
    void eventThatSaysWhatTheMailSaysHasNoFinding() {
        assertThat(findings(manifest, GMAIL_EVENT)).isEmpty();
    }

    @Test
    void whatIsOutOfScopeIsNotMissingAndIsUnknownWhenItComes() {
        Manifest two = Manifest.builder(Profile.GMAIL)
                .add(MAIL, "m1", "t1")
                .add(MAIL, "m2", "t1")
                .build();
        ManifestCheck check = two.check();
        check.accept(GMAIL_EVENT.getBytes(StandardCharsets.UTF_8));

        assertThat(check.finish()).containsExactly(ManifestFinding.of(Kind.MISSING, "m2"));
        assertThat(check.finish(Set.of("m2"))).isEmpty();
        assertThat(check.finish(Set.of("m1", "m2"))).containsExactly(ManifestFinding.of(Kind.UNKNOWN, "m1"));
    }

    @Test
    void graphKnowsOneBodyAFolderAndSecondsOnly() {
        Manifest graph = Manifest.builder(Profile.GRAPH).add(MAIL, "m1", "t1").build();
        String event = GMAIL_EVENT
                .replace("\"body\": \"text\\nlines\"", "\"body\": \"<p>html</p>\"")
                .replace("\"body_text\": \"text\\r\\nlines\"", "\"body_text\": \"\"")
                .replace("12:00:00.123Z", "12:00:00Z")
                .replace("[\"STARRED\", \"Inbox/Projekte\", \"UNREAD\"]", "[]")
                .replace("\"folder\": \"\"", "\"folder\": \"Inbox/Projekte\"")
                .replace("\"google\"", "\"microsoft\"")
                .replace("549", "null");
        assertThat(findings(graph, event)).isEmpty();
        assertThat(fields(findings(graph, GMAIL_EVENT)))
                .containsExactlyInAnyOrder(
                        "body", "body_text", "received_date", "labels", "folder", "provider", "size_bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"thread_id\": \"t1\"|\"thread_id\": \"t2\"|thread_id",
                "\"subject\": \"Grüße\"|\"subject\": \"Grüsse\"|subject",
                "\"body\": \"text|\"body\": \"Text|body",
                "\"body_text\": \"text|\"body_text\": \"Text|body_text",
                "<p>html</p>|<p>HTML</p>|body_html",
                "\"ada@a.example\"|\"\"|from_address",
                "[\"b@b.example\"]|[\"b@b.example\", \"\"]|to_addresses",
                "[\"c@c.example\"]|[]|cc_addresses",
                "\"bcc_addresses\": []|\"bcc_addresses\": [\"x\"]|bcc_addresses",
                "[\"r@r.example\"]|null|reply_to",
                "12:00:00.123Z|12:00:00.124Z|received_date",
                "\"2024-02-29T12:00:00Z\"|null|sent_date",
                "\"UNREAD\"]|\"READ\"]|labels",
                "\"folder\": \"\"|\"folder\": \"Inbox\"|folder",
                "\"is_read\": false|\"is_read\": true|is_read",
                "\"is_starred\": true|\"is_starred\": false|is_starred",
                "\"high\"|\"normal\"|importance",
                "\"has_attachments\": true|\"has_attachments\": false|has_attachments",
                "\"google\"|\"gmail\"|provider",
                "549|1|size_bytes",
                "\"mime_type\": \"text/html\"|\"mime_type\": null|mime_type",
                "one\\ntwo|one|headers",
                "\"internet_message_id\": \"<1|\"internet_message_id\": \"<2|internet_message_id",
                "\"in_reply_to\": \"<0@a.example>\"|\"in_reply_to\": \"\"|in_reply_to",
                "\"references\": [\"<0@a.example>\"]|\"references\": []|references",
                "\"name\": \"a.pdf\"|\"name\": \"b.pdf\"|attachments.name",
                "application/pdf|application/PDF|attachments.content_type",
                "\"size_bytes\": 4|\"size_bytes\": 5|attachments.size_bytes",
                "\"is_inline\": false|\"is_inline\": true|attachments.is_inline",
                "\"content_id\": null|\"content_id\": \"x\"|attachments.content_id"
            })
    void differenceInAFieldIsFound(String from, String to, String field) {
        assertThat(GMAIL_EVENT).contains(from);
        assertThat(findings(manifest, GMAIL_EVENT.replace(from, to)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.kind()).isEqualTo(Kind.DIFFERENT);
                    assertThat(finding.messageId()).isEqualTo("m1");
                    assertThat(finding.field()).isEqualTo(field);
                    assertThat(finding.expected()).hasSize(64).isNotEqualTo(finding.found());
                });
    }

    @Test
    void everyFieldIsTriedAbove() throws NoSuchMethodException {
        CsvSource cases = ManifestTest.class
                .getDeclaredMethod("differenceInAFieldIsFound", String.class, String.class, String.class)
                .getAnnotation(CsvSource.class);
        Set<String> tried = new TreeSet<>();
        for (String line : cases.value()) {
            tried.add(line.substring(line.lastIndexOf('|') + 1));
        }
        for (WireField field : WireField.values()) {
            assertThat(tried).contains(field.wireName());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2024-02-29T12:00:00.123Z=2024-02-29T12:00:00.123+00:00",
                "2024-02-29T12:00:00.123Z=2024-02-29T13:00:00.123+01:00",
                "\"X-Note\"=\"x-note\"",
                "text\\nlines=text\\r\\nlines",
                "[\"STARRED\", \"Inbox/Projekte\", \"UNREAD\"]=[\"UNREAD\", \"STARRED\", \"Inbox/Projekte\"]",
                "\"folder\": \"\"=\"folder\": null",
                "\"content_id\": null=\"content_id\": \"\""
            })
    void whatMeansTheSameIsNoDifference(String change) {
        String[] both = change.split("=", 2);
        assertThat(GMAIL_EVENT).contains(both[0]);
        assertThat(findings(manifest, GMAIL_EVENT.replace(both[0], both[1]))).isEmpty();
    }

    @Test
    void missingFieldIsADifferenceToAbsent() {
        String event = GMAIL_EVENT.replace("\"importance\": \"high\",", "");
        assertThat(findings(manifest, event))
                .singleElement()
                .satisfies(finding -> assertThat(finding.found()).isEqualTo("absent"));
    }

    @Test
    void missingMessageIsFound() {
        assertThat(manifest.check().finish()).containsExactly(new ManifestFinding(Kind.MISSING, "m1", "", "", ""));
    }

    @Test
    void doubledMessageIsFound() {
        assertThat(findings(manifest, GMAIL_EVENT, GMAIL_EVENT))
                .containsExactly(new ManifestFinding(Kind.DUPLICATE, "m1", "", "", ""));
    }

    @Test
    void unknownMessageIsFound() {
        assertThat(findings(manifest, GMAIL_EVENT, GMAIL_EVENT.replace("\"m1\"", "\"m2\"")))
                .containsExactly(new ManifestFinding(Kind.UNKNOWN, "m2", "", "", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{\"email\": {}}", "{\"email\": 1}", "nonsense"})
    void unreadableEventIsFound(String event) {
        ManifestCheck check = manifest.check();
        assertThat(check.accept(event.getBytes(StandardCharsets.UTF_8))).isFalse();
        assertThat(check.finish()).extracting(ManifestFinding::kind).containsExactly(Kind.UNREADABLE, Kind.MISSING);
    }

    @Test
    void ignoredFieldIsNotCompared() {
        Manifest lenient = Manifest.builder(Profile.GMAIL.ignoring(WireField.SUBJECT))
                .add(MAIL, "m1", "t1")
                .build();
        assertThat(findings(lenient, GMAIL_EVENT.replace("\"subject\": \"Grüße\"", "\"subject\": \"\"")))
                .isEmpty();
        assertThat(lenient.expected("m1", WireField.SUBJECT)).isEmpty();
        assertThat(manifest.expected("m1", WireField.SUBJECT)).isPresent();
        assertThat(manifest.expected("m2", WireField.SUBJECT)).isEmpty();
    }

    @Test
    void graphKnowsNoContentIdOfAnAttachedMessage() {
        StoredMail mail = MAIL.toBuilder()
                .mime(Samples.bytes("Content-Type: message/rfc822", "Content-ID: <1@a>", "", "Subject: inner", "", ""))
                .build();
        Manifest graph = Manifest.builder(Profile.GRAPH).add(mail, "m1", "t1").build();
        Manifest gmail = Manifest.builder(Profile.GMAIL).add(mail, "m1", "t1").build();
        assertThat(graph.expected("m1", WireField.ATTACHMENT_CONTENT_IDS))
                .isPresent()
                .isNotEqualTo(gmail.expected("m1", WireField.ATTACHMENT_CONTENT_IDS));
    }

    @Test
    void sameIdTwiceInAManifestIsRefused() {
        Manifest.Builder builder = Manifest.builder(Profile.GMAIL).add(MAIL, "m1", "t1");
        assertThatThrownBy(() -> builder.add(MAIL, "m1", "t1")).hasMessageContaining("m1");
    }

    @Test
    void findingShowsHashesAndNoContent() {
        List<ManifestFinding> findings = findings(manifest, GMAIL_EVENT.replace("\"Grüße\"", "\"Grüsse\""));
        assertThat(findings.toString())
                .startsWith("[DIFFERENT m1: subject expected ")
                .doesNotContain("Gr");
    }

    @Test
    void eventCheckedTellsWhetherItIsRight() {
        ManifestCheck check = manifest.check();
        assertThat(check.accept(GMAIL_EVENT.getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(check.distinct()).isEqualTo(1);
        assertThat(manifest.size()).isEqualTo(1);
        assertThat(manifest.messageIds()).containsExactly("m1");
    }

    private static List<ManifestFinding> findings(Manifest manifest, String... events) {
        ManifestCheck check = manifest.check();
        for (String event : events) {
            check.accept(event.getBytes(StandardCharsets.UTF_8));
        }
        return check.finish();
    }

    private static List<String> fields(List<ManifestFinding> findings) {
        return findings.stream().map(ManifestFinding::field).toList();
    }
}
