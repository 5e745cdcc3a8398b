package dev.backfill.provider.gmail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.apache.james.mime4j.util.ByteSequence;
import org.jspecify.annotations.Nullable;

/** Reads a message's MIME into the tree that Gmail's parsed format would give, with mime4j. */
final class RawMessage {
    private static final MimeConfig LENIENT = MimeConfig.custom()
            .setMaxLineLen(-1)
            .setMaxHeaderCount(-1)
            .setMaxHeaderLen(-1)
            .setMaxContentLen(-1)
            .build();

    /** A part whose children are still to come. */
    private static final class Open {
        private final List<GmailPart.Header> headers = new ArrayList<>();
        private final List<GmailPart> parts = new ArrayList<>();
        private final String partId;
        private String mimeType = "text/plain";

        private Open(String partId) {
            this.partId = partId;
        }
    }

    private final Deque<Open> open = new ArrayDeque<>();
    private @Nullable GmailPart root;

    private RawMessage() {}

    /**
     * Parses.
     *
     * @param mime the message's bytes
     * @return its tree
     * @throws IllegalArgumentException if the bytes are no message at all
     */
    static GmailPart parse(byte[] mime) {
        RawMessage message = new RawMessage();
        MimeTokenStream stream = new MimeTokenStream(LENIENT, DecodeMonitor.SILENT, null);
        stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
        stream.parse(new ByteArrayInputStream(mime));
        try {
            for (EntityState state = stream.getState(); state != EntityState.T_END_OF_STREAM; state = stream.next()) {
                message.on(state, stream);
            }
        } catch (MimeException | IOException unreadable) {
            throw new IllegalArgumentException("the message's MIME cannot be read");
        }
        if (message.root == null) {
            throw new IllegalArgumentException("the message has no MIME");
        }
        return message.root;
    }

    private void on(EntityState state, MimeTokenStream stream) throws IOException {
        switch (state) {
            case T_START_MESSAGE, T_START_BODYPART -> open.push(new Open(nextPartId()));
            case T_FIELD -> open.element().headers.add(header(stream.getField()));
            case T_BODY -> {
                Open leaf = open.element();
                leaf.mimeType = type(stream);
                place(stream.getDecodedInputStream().readAllBytes());
            }
            case T_START_MULTIPART -> open.element().mimeType = type(stream);
            case T_END_MULTIPART -> place(null);
            default -> {
                // Preambles, epilogues and the ends of headers hold nothing that is shown.
            }
        }
    }

    private String nextPartId() {
        Open parent = open.peek();
        if (parent == null) {
            return "";
        }
        String place = Integer.toString(parent.parts.size());
        return parent.partId.isEmpty() ? place : parent.partId + "." + place;
    }

    private static String type(MimeTokenStream stream) {
        return stream.getBodyDescriptor().getMimeType().toLowerCase(Locale.ROOT);
    }

    private void place(byte @Nullable [] content) {
        Open done = open.pop();
        GmailPart part = new GmailPart(
                done.partId,
                done.mimeType,
                "",
                done.headers,
                content == null ? 0 : content.length,
                null,
                content,
                done.parts);
        Open parent = open.peek();
        if (parent == null) {
            root = part;
        } else {
            parent.parts.add(part);
        }
    }

    private static GmailPart.Header header(Field field) {
        ByteSequence raw = field.getRaw();
        if (raw == null) {
            return new GmailPart.Header(field.getName(), field.getBody());
        }
        byte[] bytes = raw.toByteArray();
        int colon = 0;
        while (colon < bytes.length && bytes[colon] != ':') {
            colon++;
        }
        int from = Math.min(colon + 1, bytes.length);
        byte[] value = java.util.Arrays.copyOfRange(bytes, from, bytes.length);
        String utf8 = Charsets.strictUtf8(value);
        Charset fallback = Charsets.WINDOWS_1252;
        return new GmailPart.Header(
                field.getName(), HeaderText.unfolded(utf8 != null ? utf8 : new String(value, fallback)));
    }
}
