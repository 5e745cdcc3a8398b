package dev.backfill.testkit.mail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.codec.Base64InputStream;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.jspecify.annotations.Nullable;

/** Reads a message's MIME tree with mime4j's token stream, and never fails: see {@link ParseFailure}. */
final class MimeReader {
    /** Deeper multiparts are kept whole: mime4j stacks one stream a level. */
    private static final int MAX_DEPTH = 40;

    private static final MimeConfig UNLIMITED = MimeConfig.custom()
            .setMaxLineLen(-1)
            .setMaxHeaderCount(-1)
            .setMaxHeaderLen(-1)
            .setMaxContentLen(-1)
            .build();

    private static final byte[] PADDING = {'=', '='};

    private final byte[] bytes;
    private final Deque<MimeNode> open = new ArrayDeque<>();
    private final Deque<byte[]> preambles = new ArrayDeque<>();
    private final PartHead rootHead = new PartHead(false);
    private @Nullable MimeNode root;
    private @Nullable ParseFailure failure;
    private int parts;

    private MimeReader(byte[] bytes) {
        this.bytes = bytes;
    }

    static MimeReader read(MailBytes mime) {
        MimeReader reader = new MimeReader(MessageStart.mended(mime.lend()));
        reader.run();
        return reader;
    }

    MimeNode root() {
        return root != null ? root : MimeNode.text(rootHead, bodyBytes());
    }

    @Nullable
    ParseFailure failure() {
        return failure;
    }

    private void run() {
        MimeTokenStream stream = new MimeTokenStream(UNLIMITED, DecodeMonitor.SILENT, rootHead);
        stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
        stream.parse(new ByteArrayInputStream(bytes));
        try {
            for (EntityState state = stream.getState(); state != EntityState.T_END_OF_STREAM; state = stream.next()) {
                on(state, stream);
                if (parts > ParsedMail.MAX_PARTS) {
                    fail(ParseFailure.TOO_MANY_PARTS);
                    return;
                }
            }
        } catch (MimeException | IOException | RuntimeException e) {
            // The boundary to a library that reads what strangers wrote; its complaint quotes mail, so it is not kept.
            fail(ParseFailure.STRUCTURE);
        }
    }

    private void fail(ParseFailure why) {
        failure = why;
        root = null;
    }

    private void on(EntityState state, MimeTokenStream stream) throws IOException {
        switch (state) {
            case T_END_HEADER:
                if (open.size() >= MAX_DEPTH) {
                    stream.setRecursionMode(RecursionMode.M_FLAT);
                }
                break;
            case T_BODY:
                PartHead head = (PartHead) stream.getBodyDescriptor();
                byte[] content = content(stream, head.getTransferEncoding());
                place(MimeNode.leaf(head, UuDecoder.decodeIfNeeded(content, head.getTransferEncoding())));
                stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
                break;
            case T_START_MULTIPART:
                open.push(MimeNode.multipart((PartHead) stream.getBodyDescriptor()));
                preambles.push(new byte[0]);
                break;
            case T_PREAMBLE:
                preambles.pop();
                preambles.push(stream.getInputStream().readAllBytes());
                break;
            case T_END_MULTIPART:
                MimeNode multipart = open.pop();
                byte[] preamble = preambles.pop();
                // No boundary found: what would be the preamble is all there is.
                place(
                        !multipart.hasParts() && !isBlank(preamble)
                                ? MimeNode.text(multipart.head(), preamble)
                                : multipart);
                break;
            default:
                break;
        }
    }

    private static byte[] content(MimeTokenStream stream, String transferEncoding) throws IOException {
        if (!transferEncoding.equals("base64")) {
            return stream.getDecodedInputStream().readAllBytes();
        }
        // Without its padding mime4j drops the last bytes; padding too much does no harm.
        InputStream padded = new SequenceInputStream(stream.getInputStream(), new ByteArrayInputStream(PADDING));
        try (Base64InputStream decoded = new Base64InputStream(padded, DecodeMonitor.SILENT)) {
            return decoded.readAllBytes();
        }
    }

    private void place(MimeNode node) {
        parts++;
        MimeNode parent = open.peek();
        if (parent != null) {
            parent.add(node);
        } else if (root == null) {
            root = node;
        }
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0 || b > ' ') {
                return false;
            }
        }
        return true;
    }

    private byte[] bodyBytes() {
        for (int i = 0; i + 1 < bytes.length; i++) {
            boolean lineFeeds = bytes[i] == '\n' && bytes[i + 1] == '\n';
            boolean both = bytes[i] == '\n' && i + 2 < bytes.length && bytes[i + 1] == '\r' && bytes[i + 2] == '\n';
            if (lineFeeds || both) {
                return Arrays.copyOfRange(bytes, i + (lineFeeds ? 2 : 3), bytes.length);
            }
        }
        return new byte[0];
    }
}
