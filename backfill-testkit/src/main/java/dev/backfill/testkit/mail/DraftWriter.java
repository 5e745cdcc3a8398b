package dev.backfill.testkit.mail;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes a draft as MIME. Not thread-safe; for one draft. */
final class DraftWriter {
    private static final DateTimeFormatter RFC_5322 =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss Z", Locale.ENGLISH);

    private final Draft draft;
    private final MimeWriter out;
    private int boundaries;

    private DraftWriter(Draft draft) {
        this.draft = draft;
        this.out = new MimeWriter(draft.charset, draft.rawHeaders, draft.splitCharacters);
    }

    static MailBytes write(Draft draft) {
        DraftWriter writer = new DraftWriter(draft);
        writer.headers();
        writer.layout();
        MailBytes mime = writer.out.finish();
        return draft.lineFeedsOnly ? withLineFeeds(mime) : mime;
    }

    private static MailBytes withLineFeeds(MailBytes mime) {
        return MailBytes.own(
                mime.text(StandardCharsets.ISO_8859_1).replace("\r\n", "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private void headers() {
        out.line("Received: from mx.example.org by mail.example.com with ESMTPS;\r\n\t" + date(draft.received, 0));
        out.addresses("From", draft.from);
        if (draft.rawTo != null) {
            out.line("To: " + draft.rawTo);
        } else if (!draft.to.isEmpty()) {
            out.addresses("To", draft.to);
        }
        if (!draft.cc.isEmpty()) {
            out.addresses("Cc", draft.cc);
        }
        if (!draft.bcc.isEmpty()) {
            out.addresses("Bcc", draft.bcc);
        }
        if (!draft.replyTo.isEmpty()) {
            out.addresses("Reply-To", draft.replyTo);
        }
        if (draft.subject != null) {
            out.header("Subject", draft.subject);
        }
        traceHeaders();
        out.line("MIME-Version: 1.0");
    }

    private void traceHeaders() {
        if (draft.rawDate != null) {
            out.line("Date: " + draft.rawDate);
        } else if (draft.date != null) {
            out.line("Date: " + date(draft.date, (int) Math.floorMod(draft.date.getEpochSecond(), 27L) - 12));
        }
        if (draft.messageId != null) {
            out.line("Message-ID: " + draft.messageId);
        }
        if (draft.inReplyTo != null) {
            out.line("In-Reply-To: " + draft.inReplyTo);
        }
        if (!draft.references.isEmpty()) {
            out.line("References: " + String.join("\r\n ", draft.references));
        }
        if (!draft.importance.equals("normal")) {
            out.line("Importance: " + draft.importance);
        }
    }

    private static String date(Instant instant, int zoneHours) {
        return RFC_5322.format(instant.atOffset(ZoneOffset.ofHours(zoneHours)));
    }

    private void layout() {
        switch (draft.layout) {
            case SINGLE -> {
                if (draft.attached.isEmpty()) {
                    bodies();
                } else {
                    multipart("mixed", "", withFiles(this::bodies), true);
                }
            }
            case UNCLOSED -> multipart("mixed", "", withFiles(this::bodies), false);
            case LIST_FOOTER ->
                multipart("mixed", "", withFiles(this::bodies, () -> text("plain", draft.footer)), true);
            case SIGNED ->
                multipart(
                        "signed",
                        "; protocol=\"application/pgp-signature\"; micalg=pgp-sha256",
                        List.of(this::mixedIfAttached, this::signature),
                        true);
            case REPORT -> multipart("report", "; report-type=delivery-status", withFiles(this::bodies), true);
        }
    }

    private List<Runnable> withFiles(Runnable... parts) {
        List<Runnable> all = new ArrayList<>(List.of(parts));
        draft.attached.forEach(file -> all.add(() -> file(file)));
        return all;
    }

    private void mixedIfAttached() {
        if (draft.attached.isEmpty()) {
            bodies();
        } else {
            multipart("mixed", "", withFiles(this::bodies), true);
        }
    }

    private void signature() {
        out.line("Content-Type: application/pgp-signature; name=\"signature.asc\"");
        out.line("");
        out.line("-----BEGIN PGP SIGNATURE-----\r\n\r\niQEzBAEBCAAdFiEE\r\n-----END PGP SIGNATURE-----");
    }

    private void bodies() {
        String plain = draft.text;
        String rich = draft.html;
        String invitation = draft.calendar;
        List<Runnable> alternatives = new ArrayList<>();
        if (plain != null) {
            alternatives.add(() -> text("plain", plain));
        }
        if (rich != null) {
            alternatives.add(() -> html(rich));
        }
        if (invitation != null) {
            alternatives.add(() -> text("calendar; method=REQUEST", invitation));
        }
        if (alternatives.size() == 1) {
            alternatives.get(0).run();
        } else {
            multipart("alternative", "", alternatives, true);
        }
    }

    private void html(String rich) {
        if (draft.inline.isEmpty()) {
            text("html", rich);
            return;
        }
        List<Runnable> parts = new ArrayList<>();
        parts.add(() -> text("html", rich));
        draft.inline.forEach(file -> parts.add(() -> file(file)));
        multipart("related", "", parts, true);
    }

    private void text(String subtype, String content) {
        String label = draft.charsetLabel;
        out.line("Content-Type: text/" + subtype + (label == null ? "" : "; charset=" + label));
        out.line("Content-Transfer-Encoding: " + draft.encoding);
        out.line("");
        out.content(content.replace("\n", "\r\n").getBytes(Charset.forName(draft.charset)), draft.encoding);
    }

    private void file(Draft.File file) {
        boolean message = file.contentType().startsWith("message/");
        out.line("Content-Type: " + file.contentType());
        if (!file.disposition().isEmpty()) {
            out.line("Content-Disposition: " + file.disposition() + FileNames.parameter(file.name(), file.nameStyle()));
        }
        if (file.contentId() != null) {
            out.line("Content-ID: <" + file.contentId() + ">");
        }
        if (!message) {
            out.line("Content-Transfer-Encoding: base64");
        }
        out.line("");
        out.content(file.content().toByteArray(), message ? "7bit" : "base64");
    }

    private void multipart(String subtype, String parameters, List<Runnable> parts, boolean closed) {
        String boundary = "=_part_" + boundaries++ + "_" + Long.toHexString(Dice.mix(draft.received.toEpochMilli()));
        out.line("Content-Type: multipart/" + subtype + parameters + ";\r\n boundary=\"" + boundary + "\"");
        out.line("");
        out.line("This is a message in MIME format.");
        for (Runnable part : parts) {
            out.line("\r\n--" + boundary);
            part.run();
        }
        if (closed) {
            out.line("\r\n--" + boundary + "--");
        }
    }
}
