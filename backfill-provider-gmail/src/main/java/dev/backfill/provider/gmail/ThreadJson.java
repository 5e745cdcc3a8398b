package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.function.Predicate;

/**
 * Reads an answer of threads.get message by message, so that no more of it is held than whoever takes them wants: Google names
 * no bound of such an answer. For one answer, on one thread.
 */
final class ThreadJson implements GmailClient.Reader<Boolean> {
    /** What is asked for of a thread. */
    static final String FIELDS = "messages(" + GmailClient.MESSAGE_FIELDS + ",payload)";

    private final Predicate<String> wanted;
    private final Predicate<GmailMessage> taker;
    private final AnswerMemory memory;
    private boolean enough;

    /**
     * @param wanted says by an id whether its message is to be read; others are passed over
     * @param taker takes each message; false if no more are wanted
     * @param memory waits until there is room for what is large
     */
    ThreadJson(Predicate<String> wanted, Predicate<GmailMessage> taker, AnswerMemory memory) {
        this.memory = memory;
        this.wanted = wanted;
        this.taker = taker;
    }

    /** Reads; true if the answer was read to its end. */
    @Override
    public Boolean read(JsonParser parser) throws IOException {
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            if (!field.equals("messages")) {
                parser.skipChildren();
            } else if (Json.beginsArray(parser)) {
                while (Json.nextObject(parser)) {
                    GmailMessage message = MessageJson.readIf(parser, "", false, wanted, memory);
                    if (message != null && isUsable(message) && !taker.test(message)) {
                        enough = true;
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** What comes without its id or its content did not come: it is asked for by itself. */
    private static boolean isUsable(GmailMessage message) {
        return !message.id().isEmpty() && message.payload() != null;
    }

    @Override
    public boolean hasEnough() {
        return enough;
    }
}
