package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * An unchangeable run of bytes: a whole message or the content of one part. Immutable and thread-safe; two are equal when
 * their bytes are. {@link #toString()} shows the size alone, so that no log can hold mail.
 */
public final class MailBytes {
    /** No bytes. */
    public static final MailBytes EMPTY = new MailBytes(new byte[0]);

    private final byte[] bytes;

    private MailBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Copies bytes.
     *
     * @param bytes what to copy, never null
     * @return the copy
     */
    public static MailBytes copyOf(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new MailBytes(bytes.clone());
    }

    /**
     * Encodes text as UTF-8.
     *
     * @param text the text, never null
     * @return its UTF-8 bytes
     */
    public static MailBytes utf8(String text) {
        return own(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes bytes without a copy; the caller gives them up. */
    static MailBytes own(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new MailBytes(requireNonNull(bytes, "bytes"));
    }

    /** Lends the bytes without a copy; the caller must not change them. */
    byte[] lend() {
        return bytes;
    }

    /** {@return the number of bytes, 0 or more} */
    public int size() {
        return bytes.length;
    }

    /** {@return true if there are no bytes} */
    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** {@return a copy of the bytes} */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /** {@return a read-only view of the bytes, without a copy} */
    public ByteBuffer toByteBuffer() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** {@return a new stream over the bytes, without a copy} */
    public InputStream openStream() {
        return new ByteArrayInputStream(bytes);
    }

    /**
     * Writes the bytes without copying them first.
     *
     * @param out where to, never null; left open
     * @throws IOException if {@code out} cannot take them
     */
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    /** {@return the bytes in base64 with padding and without line ends, as Microsoft Graph's contentBytes} */
    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** {@return the bytes in the URL-safe base64 alphabet with padding, as Gmail's raw and body data} */
    public String base64Url() {
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    /**
     * Decodes the bytes; what the charset does not know becomes its replacement character.
     *
     * @param charset the charset, never null
     * @return the text
     */
    public String text(Charset charset) {
        return new String(bytes, charset);
    }

    /** {@return the SHA-256 of the bytes, 64 lower-case hexadecimal digits} */
    public String sha256() {
        return Sha256.hex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MailBytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** {@return the size alone} */
    @Override
    public String toString() {
        return "MailBytes[" + bytes.length + "]";
    }
}
