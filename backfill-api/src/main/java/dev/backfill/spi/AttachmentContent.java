package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

/** The bytes of an attachment. Thread-safe as long as nobody writes to {@link #bytes()}, which nobody may. */
public final class AttachmentContent {
    private final String attachmentId;
    private final byte[] bytes;

    /**
     * Makes a content.
     *
     * @param attachmentId the attachment's id within its message
     * @param bytes its bytes; not copied, and not to be changed afterwards
     */
    public AttachmentContent(String attachmentId, byte[] bytes) {
        this.attachmentId = requireNonNull(attachmentId, "attachmentId");
        this.bytes = requireNonNull(bytes, "bytes");
    }

    /** {@return the attachment's id within its message} */
    public String attachmentId() {
        return attachmentId;
    }

    /** {@return the bytes themselves, not a copy; read only} */
    public byte[] bytes() {
        return bytes;
    }

    /** {@return a text without content} */
    @Override
    public String toString() {
        return "AttachmentContent[" + bytes.length + " bytes]";
    }
}
