package dev.backfill.provider.microsoft;

import com.microsoft.kiota.RequestInformation;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks about many messages at once, and again for less about those where the server refuses what it was asked (400). The
 * mailbox learns from it only where all of several messages were refused and less was granted: one bad message must not cost
 * the others what they have. Thread-safe.
 */
final class SimplerRounds {
    private static final Set<Integer> REFUSED = Set.of(400);

    /** Fewer messages than this say nothing about the server. */
    private static final int ENOUGH = 2;

    private final GraphClient client;
    private final ApiCalls calls;

    /** Makes the request about a message. */
    @FunctionalInterface
    interface Question {
        /**
         * Makes the request.
         *
         * @param id the message
         * @param level how much less than all to ask for
         * @return a new request
         */
        RequestInformation about(String id, int level);
    }

    SimplerRounds(GraphClient client, ApiCalls calls) {
        this.client = client;
        this.calls = calls;
    }

    /**
     * Asks.
     *
     * @param <T> what an answer becomes
     * @param operation the kind of request
     * @param learned the level to begin with, and where a lesson is kept
     * @param ids the messages, each once
     * @param question makes a request
     * @param reader reads an answer
     * @return one outcome an id, in their order; what is refused at the last level is a failure of its message
     */
    <T> List<Outcome<T>> ask(
            Operation operation,
            Simplification learned,
            List<String> ids,
            Question question,
            GraphClient.Reader<T> reader) {
        Map<String, Outcome<T>> settled = new HashMap<>();
        List<String> left = ids;
        boolean none = ids.size() >= ENOUGH;
        for (int level = learned.level(); !left.isEmpty(); level++) {
            List<Outcome<@Nullable T>> answers =
                    calls.all(requests(operation, left, level, learned.isLast(level), question, reader));
            List<String> refused = new ArrayList<>();
            boolean granted = false;
            for (int i = 0; i < left.size(); i++) {
                Outcome<T> outcome = settled(answers.get(i));
                if (outcome == null) {
                    refused.add(left.get(i));
                } else {
                    settled.put(left.get(i), outcome);
                    granted |= outcome instanceof Outcome.Success<T>;
                }
            }
            if (none && granted) {
                learned.learn(level);
            }
            none &= refused.size() == left.size();
            left = refused;
        }
        return ids.stream().map(settled::get).toList();
    }

    private <T> List<ApiRequest<@Nullable T>> requests(
            Operation operation,
            List<String> ids,
            int level,
            boolean last,
            Question question,
            GraphClient.Reader<T> reader) {
        Set<Integer> refused = last ? Set.of() : REFUSED;
        List<ApiRequest<@Nullable T>> all = new ArrayList<>(ids.size());
        for (String id : ids) {
            all.add(client.optional(
                    operation,
                    GraphErrors.Target.MESSAGE,
                    refused,
                    () -> question.about(id, level),
                    body -> reader.read(body)));
        }
        return all;
    }

    /** Gives the outcome; null if the server refused what it was asked. */
    private static <T> @Nullable Outcome<T> settled(Outcome<@Nullable T> answer) {
        if (answer instanceof Outcome.Failure<@Nullable T> failure) {
            return new Outcome.Failure<>(failure.error());
        }
        T value = answer.get();
        return value == null ? null : new Outcome.Success<>(value);
    }
}
