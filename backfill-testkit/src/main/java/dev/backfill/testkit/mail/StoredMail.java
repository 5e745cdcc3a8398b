package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.Importance;
import java.lang.ref.SoftReference;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One message of a fake mailbox, whatever the provider. Immutable and thread-safe; {@link #toString()} shows the id alone.
 *
 * <p>The MIME may be made on demand: {@link #mime()} then gives the same bytes each time, and holds them (and what
 * {@link #parsed()} made of them) only as long as there is heap to spare, so that a mailbox of a million messages costs
 * little more than its index.
 */
public final class StoredMail {
    private final String id;
    private final String threadKey;
    private final Instant receivedAt;
    private final FolderPath folder;
    private final boolean read;
    private final boolean starred;
    private final Importance importance;
    private final Supplier<MailBytes> mime;
    private volatile SoftReference<MailBytes> madeMime = new SoftReference<>(null);
    private volatile SoftReference<ParsedMail> parsed = new SoftReference<>(null);

    private StoredMail(Builder builder, Supplier<MailBytes> mime) {
        this.id = builder.id;
        this.threadKey = builder.threadKey;
        this.receivedAt = builder.receivedAt;
        this.folder = builder.folder;
        this.read = builder.read;
        this.starred = builder.starred;
        this.importance = builder.importance;
        this.mime = mime;
    }

    /**
     * Starts a message.
     *
     * @param id see {@link #id()}
     * @param receivedAt see {@link #receivedAt()}
     * @return a builder for a read, plain message in the inbox and in a thread of its own
     */
    public static Builder builder(String id, Instant receivedAt) {
        return new Builder(id, receivedAt);
    }

    /** {@return the id: 16 lower-case hexadecimal digits, unique in the mailbox and the same in every run; a fake may wrap it} */
    public String id() {
        return id;
    }

    /** {@return the key all messages of a thread share: 16 lower-case hexadecimal digits, often the first message's id} */
    public String threadKey() {
        return threadKey;
    }

    /** {@return when the mailbox received the message, in milliseconds} */
    public Instant receivedAt() {
        return receivedAt;
    }

    /** {@return the folder that holds the message} */
    public FolderPath folder() {
        return folder;
    }

    /** {@return true if the user has read it} */
    public boolean isRead() {
        return read;
    }

    /** {@return true if the user has starred or flagged it} */
    public boolean isStarred() {
        return starred;
    }

    /** {@return the importance the mailbox shows} */
    public Importance importance() {
        return importance;
    }

    /** {@return the raw message} */
    public MailBytes mime() {
        MailBytes bytes = madeMime.get();
        if (bytes == null) {
            bytes = mime.get();
            madeMime = new SoftReference<>(bytes);
        }
        return bytes;
    }

    /** {@return the message decoded; parsed once, and again only if the heap was short meanwhile} */
    public ParsedMail parsed() {
        ParsedMail mail = parsed.get();
        if (mail == null) {
            mail = ParsedMail.parse(mime());
            parsed = new SoftReference<>(mail);
        }
        return mail;
    }

    /** {@return a builder with this message's values, for a copy that differs} */
    public Builder toBuilder() {
        Builder builder = new Builder(id, receivedAt)
                .threadKey(threadKey)
                .folder(folder)
                .read(read)
                .starred(starred)
                .importance(importance);
        builder.mime = mime;
        return builder;
    }

    /** {@return the id alone} */
    @Override
    public String toString() {
        return "StoredMail[" + id + "]";
    }

    /** Collects a message's values. Not thread-safe; for one message only. */
    public static final class Builder {
        private final String id;
        private String threadKey;
        private Instant receivedAt;
        private FolderPath folder = FolderPath.INBOX;
        private boolean read = true;
        private boolean starred;
        private Importance importance = Importance.NORMAL;
        private @Nullable Supplier<MailBytes> mime;

        private Builder(String id, Instant receivedAt) {
            this.id = requireNonNull(id, "id");
            if (!id.matches("[0-9a-f]{16}")) {
                throw new IllegalArgumentException("the id must be 16 lower-case hexadecimal digits, was '" + id + "'");
            }
            this.threadKey = id;
            this.receivedAt = requireNonNull(receivedAt, "receivedAt");
        }

        /**
         * Sets {@link StoredMail#threadKey()}; the default is the id.
         *
         * @param value the key
         * @return this builder
         */
        public Builder threadKey(String value) {
            this.threadKey = requireNonNull(value, "threadKey");
            return this;
        }

        /**
         * Sets {@link StoredMail#receivedAt()}.
         *
         * @param value the time; parts below a millisecond are cut off
         * @return this builder
         */
        public Builder receivedAt(Instant value) {
            this.receivedAt = requireNonNull(value, "receivedAt");
            return this;
        }

        /**
         * Sets {@link StoredMail#folder()}; the default is the inbox.
         *
         * @param value the folder
         * @return this builder
         */
        public Builder folder(FolderPath value) {
            this.folder = requireNonNull(value, "folder");
            return this;
        }

        /**
         * Sets {@link StoredMail#isRead()}; the default is true.
         *
         * @param value true if the user has read it
         * @return this builder
         */
        public Builder read(boolean value) {
            this.read = value;
            return this;
        }

        /**
         * Sets {@link StoredMail#isStarred()}; the default is false.
         *
         * @param value true if starred or flagged
         * @return this builder
         */
        public Builder starred(boolean value) {
            this.starred = value;
            return this;
        }

        /**
         * Sets {@link StoredMail#importance()}; the default is normal.
         *
         * @param value the importance
         * @return this builder
         */
        public Builder importance(Importance value) {
            this.importance = requireNonNull(value, "importance");
            return this;
        }

        /**
         * Sets the raw message, which is then held for good.
         *
         * @param value the bytes
         * @return this builder
         */
        public Builder mime(MailBytes value) {
            requireNonNull(value, "mime");
            this.mime = () -> value;
            return this;
        }

        /**
         * Sets the raw message as something made on demand.
         *
         * @param value gives the same bytes each time; called from any thread; must not block or fail
         * @return this builder
         */
        public Builder mime(Supplier<MailBytes> value) {
            this.mime = requireNonNull(value, "mime");
            return this;
        }

        /**
         * Makes the message.
         *
         * @return the message
         * @throws IllegalStateException if no MIME was set
         */
        public StoredMail build() {
            if (mime == null) {
                throw new IllegalStateException("a message needs its MIME; call mime(..)");
            }
            receivedAt = receivedAt.truncatedTo(ChronoUnit.MILLIS);
            return new StoredMail(this, mime);
        }
    }
}
