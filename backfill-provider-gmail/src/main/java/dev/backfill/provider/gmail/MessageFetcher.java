package dev.backfill.provider.gmail;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gets messages by their ids, many at once, and decodes them on the threads that got them. Large bodies, which Gmail leaves
 * out, are fetched in a second round. Thread-safe.
 *
 * <p>A message that goes unanswered however often it is asked for is one the server cannot give, unless the server gives
 * nothing at all. Another question tells: when something went unanswered the profile is asked for once. Answered, each of
 * these messages fails by itself, however many they are; not answered either, it is an outage, and the page ends before the
 * first of them. Where messages alone are not served, the engine's breaker counts the failures.
 */
final class MessageFetcher {
    private final GmailClient client;
    private final ApiCalls calls;
    private final QuotaRegime regime;
    private final boolean raw;
    private final AttachmentIds attachmentIds;

    /**
     * What became of one id.
     *
     * @param id the id
     * @param received when the mailbox took the message; null when it was not had or the server does not say
     * @param wanted true if the selection accepts the message as it is now
     * @param labelIds the ids of the labels it bears now; null when it was not had
     * @param historyId the message's revision; empty when it was not had
     * @param email the message; null when it is not wanted or was not had
     * @param error why it was not had; else null
     * @param inOutage true if it went unanswered together with everything else
     */
    record Fetched(
            String id,
            @Nullable Instant received,
            boolean wanted,
            @Nullable List<String> labelIds,
            String historyId,
            @Nullable EmailMessage email,
            @Nullable SourceException error,
            boolean inOutage) {
        private static Fetched failed(String id, SourceException error) {
            return new Fetched(id, null, true, null, "", null, error, false);
        }

        private Fetched ofOutage() {
            return unanswered() ? new Fetched(id, received, wanted, labelIds, historyId, email, error, true) : this;
        }

        /** When it was received: where the server does not say, what its sender says; null when neither does. */
        @Nullable
        Instant dated() {
            return received != null || email == null ? received : email.sentAt();
        }

        /** True if the message is not in the mailbox any more. */
        boolean gone() {
            return error != null && error.code().equals(GmailErrors.GONE);
        }

        /** True if the server did not answer, or not usably, as often as it was asked. */
        boolean unanswered() {
            return error != null && isUnanswered(error);
        }

        /** True if the error says more of the mailbox than of this message, so that the page ends before it. */
        boolean stopsPage() {
            return error != null && (inOutage || !unanswered() && error.kind() != SourceException.Kind.SKIP_MESSAGE);
        }
    }

    /** An answer that is decoded, or waits for its large bodies. */
    private record Answer(GmailMessage message, @Nullable EmailMessage email, List<GmailPart> missing) {}

    MessageFetcher(GmailClient client, ApiCalls calls, QuotaRegime regime, boolean raw, AttachmentIds attachmentIds) {
        this.client = client;
        this.calls = calls;
        this.regime = regime;
        this.raw = raw;
        this.attachmentIds = attachmentIds;
    }

    /**
     * Gets messages.
     *
     * @return one entry an id, in the same order
     * @throws SourceException if something went unanswered and the profile's answer says that the mailbox cannot be read now
     */
    List<Fetched> fetch(List<String> ids, Selection selection, Labels labels) {
        List<ApiRequest<Answer>> requests = new ArrayList<>(ids.size());
        for (String id : ids) {
            requests.add(new ApiRequest<>(regime.get(), () -> answer(id, selection, labels)));
        }
        List<Fetched> fetched = new ArrayList<>(ids.size());
        List<Outcome<Answer>> answers = calls.all(requests);
        for (int i = 0; i < ids.size(); i++) {
            fetched.add(fetched(ids.get(i), completed(answers.get(i), labels), selection));
        }
        if (fetched.stream().anyMatch(Fetched::unanswered) && !isServed()) {
            fetched.replaceAll(Fetched::ofOutage);
        }
        return fetched;
    }

    /** Asks for the profile, the cheapest there is; false if that is not answered either. */
    boolean isServed() {
        try {
            calls.call(regime.profile(), client::profile);
            return true;
        } catch (SourceException failed) {
            if (failed.kind() == SourceException.Kind.FAIL_JOB) {
                // A server without profiles answered.
                return true;
            }
            if (isUnanswered(failed)) {
                return false;
            }
            throw failed;
        }
    }

    /** Says whether an error means that the server gave no answer, however often it was asked. */
    static boolean isUnanswered(SourceException error) {
        return error.kind() == SourceException.Kind.RETRY || error.kind() == SourceException.Kind.RETRY_SMALLER;
    }

    private static Fetched fetched(String id, Outcome<Answer> outcome, Selection selection) {
        if (outcome instanceof Outcome.Failure<Answer> failure) {
            return Fetched.failed(id, failure.error());
        }
        Answer answer = outcome.get();
        GmailMessage message = answer.message();
        boolean wanted = selection.accepts(message.labelIds());
        return new Fetched(
                id,
                message.internalDate(),
                wanted,
                message.labelIds(),
                message.historyId(),
                answer.email(),
                null,
                false);
    }

    private Answer answer(String id, Selection selection, Labels labels) {
        GmailMessage message = raw ? client.raw(id) : client.full(id);
        if (!selection.accepts(message.labelIds())) {
            return new Answer(message, null, List.of());
        }
        return readable(() -> {
            RawBytes mime = message.raw();
            GmailMessage tree = mime == null ? message : message.withPayload(RawMessage.parse(mime.bytes()));
            List<GmailPart> missing = Bodies.of(tree.payload()).missing();
            return missing.isEmpty()
                    ? new Answer(tree, decoded(tree, labels), missing)
                    : new Answer(tree, null, missing);
        });
    }

    private EmailMessage decoded(GmailMessage message, Labels labels) {
        EmailMessage email = MessageMapper.map(message, labels);
        attachmentIds.remember(message, email.attachments());
        return email;
    }

    /** Runs a decoder; what it trips over becomes the failure of one message. */
    static <T> T readable(Supplier<T> decoding) {
        try {
            return decoding.get();
        } catch (RuntimeException | StackOverflowError unreadable) {
            // The boundary to what strangers wrote: one message that trips the decoder, or is nested too deep for it,
            // must
            // not stop a mailbox. The exception may quote the mail, so only its class is kept.
            throw SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, "UNDECODABLE")
                    .build("a message could not be decoded: "
                            + unreadable.getClass().getSimpleName());
        }
    }

    /** Fetches the bodies that were left out, and decodes. */
    private Outcome<Answer> completed(Outcome<Answer> outcome, Labels labels) {
        if (!(outcome instanceof Outcome.Success<Answer> success)
                || success.value().missing().isEmpty()) {
            return outcome;
        }
        GmailMessage message = success.value().message();
        List<GmailPart> missing = success.value().missing();
        List<ApiRequest<byte[]>> requests = new ArrayList<>();
        for (GmailPart part : missing) {
            String attachmentId = part.attachmentId() == null ? "" : part.attachmentId();
            requests.add(new ApiRequest<>(regime.attachment(), () -> client.attachment(message.id(), attachmentId)));
        }
        List<Outcome<byte[]>> contents = calls.all(requests);
        for (int i = 0; i < contents.size(); i++) {
            if (contents.get(i) instanceof Outcome.Failure<byte[]> failure) {
                return new Outcome.Failure<>(ofBody(failure.error()));
            }
            missing.get(i).fill(contents.get(i).get());
        }
        try {
            return new Outcome.Success<>(readable(() -> new Answer(message, decoded(message, labels), List.of())));
        } catch (SourceException unreadable) {
            return new Outcome.Failure<>(unreadable);
        }
    }

    /** A body that is not there is no sign that its message has gone: were it skipped as such, it would be lost in silence. */
    private static SourceException ofBody(SourceException error) {
        return error.code().equals(GmailErrors.GONE)
                ? SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, "BODY_MISSING")
                        .build("Gmail names a body of a message, and does not have it")
                : error;
    }

    /** Remembers where attachments can be had, since Gmail names them anew in each answer. Thread-safe. */
    interface AttachmentIds {
        void remember(GmailMessage message, List<Attachment> attachments);
    }
}
