package dev.backfill.provider.gmail;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.provider.gmail.GetPlan.Get;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gets messages by their ids or by their threads, many at once, and decodes them on the threads that got them. What a thread
 * does not give is asked for by itself in a second round, for no thread's silence shows that a message has gone. Large bodies,
 * which Gmail leaves out, are fetched at the end. Thread-safe.
 *
 * <p>A message that goes unanswered however often it is asked for is one the server cannot give, unless the server gives
 * nothing at all. Another question tells: when something went unanswered the profile is asked for once. Answered, each of
 * these messages fails by itself, however many they are; not answered either, it is an outage, and the page ends before the
 * first of them. Where messages alone are not served, the engine's breaker counts the failures.
 */
final class MessageFetcher {
    private final GmailClient client;
    private final ApiCalls calls;
    private final Prices prices;
    private final Outages outages;
    private final Form form;
    private final AttachmentIds attachmentIds;

    /** What messages are read as. */
    enum Form {
        /** Gmail's own parts. */
        PARTS,
        /** The MIME, parsed here. */
        MIME,
        /** The MIME, which then goes on with the message. */
        WITH_MIME
    }

    /** An answer that is decoded, or waits for its large bodies; what it was decoded from is not held any longer. */
    private record Answer(
            GmailMessage message,
            @Nullable EmailMessage email,
            List<GmailPart> missing,
            long mimeBytes,
            long contentBytes) {
        static Answer unwanted(GmailMessage message) {
            return new Answer(message.withoutContent(), null, List.of(), 0, 0);
        }

        static Answer decoded(GmailMessage message, EmailMessage email, long mimeBytes, long contentBytes) {
            return new Answer(message.withoutContent(), email, List.of(), mimeBytes, contentBytes);
        }

        static Answer incomplete(GmailMessage message, List<GmailPart> missing, long mimeBytes) {
            return new Answer(message, null, missing, mimeBytes, 0);
        }

        /** About how much it will hold once its large bodies have come, the contents that wait for it counted. */
        long bytes() {
            return email != null
                    ? email.heapBytes() + contentBytes
                    : missing.stream().mapToLong(GmailPart::size).sum();
        }
    }

    /**
     * What one request gave.
     *
     * @param byId what became of each message that was in the answer
     * @param cut true if the answer was not read to its end, since it was more than there is room for
     */
    private record Answers(Map<String, Outcome<Answer>> byId, boolean cut) {
        private static long bytes(Outcome<Answer> outcome) {
            return outcome instanceof Outcome.Success<Answer> success
                    ? success.value().bytes()
                    : 0;
        }
    }

    /** What of a mailbox is read, and how much of it there is room for. */
    private record Reading(Selection selection, Labels labels, long room, AtomicLong taken) {
        boolean hasRoom() {
            return hasRoomBeside(0);
        }

        /** Whether there is room but for so many bytes of what was taken. */
        boolean hasRoomBeside(long own) {
            return taken.get() - own < room;
        }
    }

    /**
     * What came of a plan.
     *
     * @param messages what became of the messages, in no order; missing are those that a thread too big to be read did not give, and
     *     those that were not asked for since there was no room for more
     * @param bigThreads the threads that were too big
     */
    record Batch(List<Fetched> messages, List<String> bigThreads) {}

    MessageFetcher(
            GmailClient client,
            ApiCalls calls,
            Prices prices,
            Outages outages,
            Form form,
            AttachmentIds attachmentIds) {
        this.client = client;
        this.calls = calls;
        this.prices = prices;
        this.outages = outages;
        this.form = form;
        this.attachmentIds = attachmentIds;
    }

    /**
     * Gets messages one by one.
     *
     * @return one entry an id, in the same order
     * @throws SourceException if something went unanswered and the profile's answer says that the mailbox cannot be read now
     */
    List<Fetched> fetch(List<String> ids, Selection selection, Labels labels) {
        return fetch(ids.stream().map(Get::single).toList(), selection, labels, Long.MAX_VALUE)
                .messages();
    }

    /**
     * Gets messages by the requests of a plan.
     *
     * @param room how many bytes of messages to take, 1 or more: once as much has come no more is asked for. What is under way then
     *     comes all the same, for no list says how large messages are, and of a thread two messages are always taken
     * @throws SourceException if something went unanswered and the profile's answer says that the mailbox cannot be read now
     */
    Batch fetch(List<Get> gets, Selection selection, Labels labels, long room) {
        Map<String, Outcome<Answer>> answers = new LinkedHashMap<>();
        List<String> bigThreads = new ArrayList<>();
        if (room < 1) {
            throw new IllegalArgumentException("room must be 1 or more, was " + room);
        }
        Reading reading = new Reading(selection, labels, room, new AtomicLong());
        Map<String, String> rest = ask(gets, reading, answers, bigThreads);
        if (!rest.isEmpty()) {
            ask(rest.keySet().stream().map(Get::single).toList(), reading, answers, bigThreads);
            // What there was no room for is asked for by itself another time, or the thread would fail for it again.
            rest.keySet().removeAll(answers.keySet());
            bigThreads.addAll(rest.values());
        }
        complete(answers, reading);
        List<Fetched> fetched = new ArrayList<>(answers.size());
        answers.forEach((id, answer) -> fetched.add(fetched(id, answer, selection)));
        if (fetched.stream().anyMatch(Fetched::unanswered) && !outages.isServed()) {
            fetched.replaceAll(Fetched::ofOutage);
        }
        return new Batch(fetched, bigThreads);
    }

    /** Sends requests and sorts what came; gives what is to be asked for once more, message by message, and of which thread it is. */
    private Map<String, String> ask(
            List<Get> gets, Reading reading, Map<String, Outcome<Answer>> answers, List<String> bigThreads) {
        List<ApiRequest<Answers>> requests = new ArrayList<>(gets.size());
        for (Get get : gets) {
            requests.add(request(get, reading));
        }
        List<Outcome<Answers>> outcomes = calls.all(requests);
        Map<String, String> rest = new LinkedHashMap<>();
        for (int i = 0; i < gets.size(); i++) {
            Get get = gets.get(i);
            String threadId = get.threadId();
            if (outcomes.get(i) instanceof Outcome.Unsent<Answers>) {
                continue;
            }
            if (outcomes.get(i) instanceof Outcome.Failure<Answers> failure) {
                get.ids().forEach(id -> {
                    if (threadId == null || !isOfOne(failure.error())) {
                        answers.put(id, new Outcome.Failure<>(failure.error()));
                    } else {
                        rest.put(id, threadId);
                    }
                });
                continue;
            }
            Answers given = outcomes.get(i).get();
            if (threadId != null && given.cut()) {
                bigThreads.add(threadId);
            }
            for (String id : get.ids()) {
                Outcome<Answer> answer = given.byId().get(id);
                if (answer != null) {
                    answers.put(id, answer);
                } else if (threadId != null && !given.cut()) {
                    rest.put(id, threadId);
                }
            }
        }
        return rest;
    }

    private ApiRequest<Answers> request(Get get, Reading reading) {
        String threadId = get.threadId();
        if (threadId == null) {
            return new ApiRequest<>(prices.get(), () -> single(get.ids().get(0), reading), reading::hasRoom);
        }
        Set<String> wanted = new HashSet<>(get.ids());
        // What it took itself makes it no less wanted, or a thread asked for alone would break itself off, again and
        // again.
        AtomicLong own = new AtomicLong();
        return new ApiRequest<>(
                prices.thread(), () -> thread(threadId, wanted, reading, own), () -> reading.hasRoomBeside(own.get()));
    }

    private Answers single(String id, Reading reading) {
        Answer answer = answer(id, reading);
        reading.taken().addAndGet(answer.bytes());
        return new Answers(Map.of(id, new Outcome.Success<>(answer)), false);
    }

    /** True if an error may be of one request alone, so that the messages of a thread may be had by themselves. */
    private static boolean isOfOne(SourceException error) {
        return Outages.isUnanswered(error) || error.kind() == SourceException.Kind.SKIP_MESSAGE;
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
                false,
                answer.contentBytes(),
                Math.max(answer.bytes(), answer.mimeBytes()));
    }

    private Answer answer(String id, Reading reading) {
        return answer(form == Form.PARTS ? client.full(id) : client.raw(id), reading);
    }

    private Answer answer(GmailMessage message, Reading reading) {
        if (!reading.selection().accepts(message.labelIds())) {
            return Answer.unwanted(message);
        }
        return readable(() -> {
            RawBytes mime = message.raw();
            long mimeBytes = mime == null ? 0 : mime.bytes().length;
            GmailMessage tree =
                    mime == null ? message : message.parsed(RawMessage.parse(mime.bytes()), form == Form.WITH_MIME);
            List<GmailPart> missing = Bodies.of(tree.payload()).missing();
            return missing.isEmpty() ? decoded(tree, reading, mimeBytes) : Answer.incomplete(tree, missing, mimeBytes);
        });
    }

    /** Reads of a thread what is wanted, until it is more than there is room for; two messages are always taken. */
    private Answers thread(String threadId, Set<String> wanted, Reading reading, AtomicLong own) {
        Map<String, Outcome<Answer>> found = new HashMap<>();
        boolean answered = false;
        try {
            boolean whole = client.thread(threadId, wanted::contains, message -> {
                Outcome<Answer> outcome = outcome(() -> answer(message, reading));
                found.put(message.id(), outcome);
                own.addAndGet(Answers.bytes(outcome));
                reading.taken().addAndGet(Answers.bytes(outcome));
                return reading.hasRoom() || found.size() < 2 || found.size() == wanted.size();
            });
            answered = true;
            return new Answers(found, !whole);
        } finally {
            if (!answered) {
                // What came of it is thrown away, and it may be asked for again.
                reading.taken().addAndGet(-own.getAndSet(0));
            }
        }
    }

    private static <T> Outcome<T> outcome(Supplier<T> decoding) {
        try {
            return new Outcome.Success<>(decoding.get());
        } catch (SourceException unreadable) {
            return new Outcome.Failure<>(unreadable);
        }
    }

    private Answer decoded(GmailMessage message, Reading reading, long mimeBytes) {
        EmailMessage email = MessageMapper.map(message, reading.labels());
        boolean contents = form != Form.PARTS && reading.selection().withContents();
        return Answer.decoded(
                message, email, mimeBytes, attachmentIds.remember(message, email.attachments(), contents));
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
    private void complete(Map<String, Outcome<Answer>> answers, Reading reading) {
        List<ApiRequest<byte[]>> requests = new ArrayList<>();
        answers.values().forEach(answer -> requests.addAll(missing(answer)));
        if (requests.isEmpty()) {
            return;
        }
        Iterator<Outcome<byte[]>> contents = calls.all(requests).iterator();
        answers.replaceAll((id, answer) -> completed(answer, contents, reading));
    }

    private List<ApiRequest<byte[]>> missing(Outcome<Answer> outcome) {
        List<ApiRequest<byte[]>> requests = new ArrayList<>();
        if (outcome instanceof Outcome.Success<Answer> success) {
            String messageId = success.value().message().id();
            for (GmailPart part : success.value().missing()) {
                String attachmentId = part.attachmentId() == null ? "" : part.attachmentId();
                requests.add(new ApiRequest<>(prices.attachment(), () -> client.attachment(messageId, attachmentId)));
            }
        }
        return requests;
    }

    /** Takes what belongs to one message from the bodies, which come in the messages' order. */
    private Outcome<Answer> completed(Outcome<Answer> outcome, Iterator<Outcome<byte[]>> contents, Reading reading) {
        if (!(outcome instanceof Outcome.Success<Answer> success)
                || success.value().missing().isEmpty()) {
            return outcome;
        }
        Outcome<Answer> failed = null;
        for (GmailPart part : success.value().missing()) {
            Outcome<byte[]> content = contents.next();
            if (content instanceof Outcome.Failure<byte[]> failure) {
                failed = failed == null ? new Outcome.Failure<>(ofBody(failure.error())) : failed;
            } else {
                part.fill(content.get());
            }
        }
        GmailMessage message = success.value().message();
        return failed != null ? failed : outcome(() -> readable(() -> decoded(message, reading, 0)));
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
        /**
         * Hears of a decoded message.
         *
         * @param contents true to hold the contents, if they came with the message, until they are asked for
         * @return how many bytes of contents are held
         */
        long remember(GmailMessage message, List<Attachment> attachments, boolean contents);
    }
}
