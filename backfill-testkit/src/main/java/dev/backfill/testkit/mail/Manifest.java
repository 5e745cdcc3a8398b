package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the published events must say: for each message the provider's id and the SHA-256 of every wire field's canonical text.
 * Made from the mail itself and a {@link Profile}, by no code of a provider. Immutable and thread-safe; about a kilobyte a
 * message.
 *
 * <p>The canonical texts: a text is itself, null counts as empty; of a body every line end counts as a line feed, nothing else
 * may differ; a date is its instant in UTC; a list keeps its order; labels and headers do not, and header names have no case.
 */
public final class Manifest {
    private final Profile profile;
    private final Map<String, byte[]> hashes;

    private Manifest(Builder builder) {
        this.profile = builder.profile;
        this.hashes = new LinkedHashMap<>(builder.hashes);
    }

    /**
     * Starts a manifest.
     *
     * @param profile what the provider can know
     * @return an empty builder
     */
    public static Builder builder(Profile profile) {
        return new Builder(profile);
    }

    /** {@return the number of messages} */
    public int size() {
        return hashes.size();
    }

    /** {@return the provider's message ids, in the order they were added; unmodifiable} */
    public Set<String> messageIds() {
        return Collections.unmodifiableSet(hashes.keySet());
    }

    /**
     * Gives the expected hash of a field.
     *
     * @param messageId the provider's message id
     * @param field the field
     * @return 64 lower-case hexadecimal digits; empty when the message is unknown or the field is not compared
     */
    public Optional<String> expected(String messageId, WireField field) {
        byte[] all = hashes.get(messageId);
        return all == null || profile.ignored().contains(field)
                ? Optional.empty()
                : Optional.of(Sha256.hex(all, place(field)));
    }

    /** {@return all hashes of a message, one behind the other; null for an unknown one} */
    byte @Nullable [] hashes(String messageId) {
        return hashes.get(messageId);
    }

    boolean compares(WireField field) {
        return !profile.ignored().contains(field);
    }

    /** {@return where in {@link #hashes} a field's begins} */
    @SuppressWarnings("EnumOrdinal") // a place in memory, never stored
    static int place(WireField field) {
        return field.ordinal() * Sha256.BYTES;
    }

    /** {@return a new comparison of published events with this manifest} */
    public ManifestCheck check() {
        return new ManifestCheck(this);
    }

    /** Collects messages. Not thread-safe. */
    public static final class Builder {
        private final Profile profile;
        private final Map<String, byte[]> hashes = new LinkedHashMap<>();
        private final Sha256 sha256 = new Sha256();

        private Builder(Profile profile) {
            this.profile = requireNonNull(profile, "profile");
        }

        /**
         * Adds a message; reads its MIME, which takes about as long as {@link ParsedMail#parse}.
         *
         * @param mail the message
         * @param messageId the id under which the provider must publish it
         * @param threadId the conversation id under which the provider must publish it
         * @return this builder
         * @throws IllegalArgumentException if the id was added before
         */
        public Builder add(StoredMail mail, String messageId, String threadId) {
            Map<WireField, String> texts = Expectation.of(profile, mail, threadId);
            byte[] all = new byte[WireField.values().length * Sha256.BYTES];
            texts.forEach((field, text) -> System.arraycopy(sha256.of(text), 0, all, place(field), Sha256.BYTES));
            if (hashes.putIfAbsent(messageId, all) != null) {
                throw new IllegalArgumentException("the manifest holds message " + messageId + " already");
            }
            return this;
        }

        /** {@return the manifest} */
        public Manifest build() {
            return new Manifest(this);
        }
    }
}
