package dev.backfill.provider.gmail;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides by which requests the next messages of a window are got: a thread of which so many are still to come that they cost
 * more one by one than the thread does is got whole, all others by themselves. A message is published by the window in which it
 * lies and by no other, so a thread over several windows is decided on in each, by the messages it has there: no rule that lets
 * one window take another's messages holds across a restart while mail comes and goes. Immutable and thread-safe.
 */
final class GetPlan {
    private final Prices prices;
    private final boolean threads;

    /**
     * One request.
     *
     * @param threadId the thread to get; null for a message by itself
     * @param ids the messages that are wanted of it
     */
    record Get(@Nullable String threadId, List<String> ids) {
        static Get single(String id) {
            return new Get(null, List.of(id));
        }
    }

    /**
     * @param prices what requests cost
     * @param raw true if messages are read as their MIME, which threads do not give
     */
    GetPlan(Prices prices, boolean raw) {
        this.prices = prices;
        this.threads = !raw;
    }

    /**
     * Plans.
     *
     * @param list the window
     * @param from the first message to get
     * @param count about how many; a thread that is got whole is never cut
     */
    List<Get> next(WindowList list, int from, int count) {
        ThreadedIds ids = list.ids();
        List<Get> gets = new ArrayList<>();
        int end = Math.min(ids.size(), from + count);
        int at = from;
        while (at < end) {
            int endOfThread = ids.endOfThread(at);
            List<String> left = left(list, at, endOfThread);
            if (isCheaperWhole(left.size()) && !list.isBig(ids.threadId(at))) {
                gets.add(new Get(ids.threadId(at), left));
                at = endOfThread;
            } else {
                int last = Math.min(end, endOfThread);
                left(list, at, last).forEach(id -> gets.add(Get.single(id)));
                at = last;
            }
        }
        return gets;
    }

    /** Those of some messages that are not fetched yet. */
    private static List<String> left(WindowList list, int from, int to) {
        List<String> some = new ArrayList<>(to - from);
        for (int place = from; place < to; place++) {
            String id = list.ids().id(place);
            if (list.ahead(id) == null) {
                some.add(id);
            }
        }
        return some;
    }

    /** True if so many messages of a thread cost less together than one by one, and may be had so. */
    boolean isCheaperWhole(int messagesOfThread) {
        return threads && prices.isCheaperWhole(messagesOfThread);
    }

    /** What the messages of a mailbox cost to get, where a thread has so many of them. */
    long units(int messagesOfThread) {
        return isCheaperWhole(messagesOfThread)
                ? prices.thread().units()
                : (long) messagesOfThread * prices.get().units();
    }

    /** By how many requests that is. */
    long calls(int messagesOfThread) {
        return isCheaperWhole(messagesOfThread) ? 1 : messagesOfThread;
    }
}
