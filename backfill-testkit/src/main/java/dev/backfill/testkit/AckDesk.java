package dev.backfill.testkit;

import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where the messages of a recording sink wait for their answer, and who gives it. Thread-safe, under the sink's lock. */
final class AckDesk {
    /** Who answers. */
    enum Mode {
        /** The publishing thread, before publish returns. */
        AT_ONCE,
        /** A thread of the publisher's own. */
        OWN_THREAD,
        /** The test. */
        BY_HAND
    }

    /** A message on its way; the error is what it shall be refused with. */
    record Held(
            OutboundMessage message,
            CompletableFuture<String> answer,
            @Nullable SinkException error) {}

    private final String sinkId;
    private final Monitor monitor;
    private final SinkTally tally;
    private final SinkMemory memory;
    private final Deque<Held> held = new ArrayDeque<>();
    private Mode mode = Mode.AT_ONCE;

    AckDesk(String sinkId, Monitor monitor, SinkTally tally, SinkMemory memory) {
        this.sinkId = sinkId;
        this.monitor = monitor;
        this.tally = tally;
        this.memory = memory;
    }

    void mode(Mode value) {
        monitor.run(() -> mode = value);
    }

    /** Messages without an answer; for callers that hold the sink's lock. */
    int held() {
        return held.size();
    }

    /** Takes a message in; it is held until {@link #answerOrHold} or later. */
    Held take(OutboundMessage message, @Nullable SinkException error) {
        return monitor.locked(() -> {
            Held one = new Held(message, new CompletableFuture<>(), error);
            held.add(one);
            tally.mostHeld = Math.max(tally.mostHeld, held.size());
            return one;
        });
    }

    /** Answers as the mode says; not to be called under the lock, since an answer runs what waits for it. */
    CompletionStage<String> answerOrHold(Held taken, RecordingPublisher publisher) {
        Mode now = monitor.locked(() -> mode);
        if (now == Mode.AT_ONCE) {
            answer(taken);
        } else if (now == Mode.OWN_THREAD) {
            publisher.onOwnThread(() -> answer(taken));
        }
        return taken.answer().minimalCompletionStage();
    }

    private void answer(Held one) {
        if (monitor.locked(() -> held.removeFirstOccurrence(one))) {
            resolve(one);
        }
    }

    /** Answers what was held longest, so many at the most; gives how many. */
    int answerNext(int most) {
        int done = 0;
        while (done < most) {
            Held next = monitor.locked(held::poll);
            if (next == null) {
                break;
            }
            resolve(next);
            done++;
        }
        return done;
    }

    /** Delivers what is held and never answers it; gives how many. */
    int lose() {
        return monitor.locked(() -> {
            int lost = held.size();
            held.forEach(one -> deliver(one.message()));
            held.clear();
            return lost;
        });
    }

    private void resolve(Held one) {
        String sinkMessageId = monitor.locked(() -> {
            if (one.error() != null) {
                tally.refused++;
                return "";
            }
            deliver(one.message());
            return sinkId + "-" + tally.delivered;
        });
        if (one.error() != null) {
            one.answer().completeExceptionally(one.error());
        } else {
            one.answer().complete(sinkMessageId);
        }
    }

    private void deliver(OutboundMessage message) {
        tally.delivered++;
        tally.bytes += message.data().length;
        memory.add(message);
    }
}
