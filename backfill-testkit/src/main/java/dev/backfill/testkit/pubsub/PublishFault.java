package dev.backfill.testkit.pubsub;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import java.time.Duration;

/**
 * What goes wrong with the next publish requests, as data: an {@link InProcessPubSub} works through a plan of these in order,
 * one request after another. Immutable and thread-safe.
 */
public sealed interface PublishFault {
    /** {@return how many requests it hits, 1 or more} */
    int requests();

    /**
     * The request is not taken.
     *
     * @param code the status it is answered with, not OK
     * @param requests how many requests it hits, 1 or more
     */
    record Refuse(Status.Code code, int requests) implements PublishFault {
        /** Checks the values. */
        public Refuse {
            requireNonNull(code, "code");
            requirePositive(requests);
            if (code == Status.Code.OK) {
                throw new IllegalArgumentException("code must not be OK");
            }
        }
    }

    /**
     * The request is taken, but its answer is lost, as in a network cut: the client sees UNAVAILABLE and sends it again.
     *
     * @param requests how many requests it hits, 1 or more
     */
    record LoseAnswer(int requests) implements PublishFault {
        /** Checks the value. */
        public LoseAnswer {
            requirePositive(requests);
        }
    }

    /**
     * The request is taken, and answered late.
     *
     * @param by how late, more than zero
     * @param requests how many requests it hits, 1 or more
     */
    record Delay(Duration by, int requests) implements PublishFault {
        /** Checks the values. */
        public Delay {
            requirePositive(requests);
            if (by.isNegative() || by.isZero()) {
                throw new IllegalArgumentException("by must be more than zero, was " + by);
            }
        }
    }

    /**
     * The request is taken as usual: what a plan says of the requests between two faults.
     *
     * @param requests how many requests, 1 or more
     */
    record None(int requests) implements PublishFault {
        /** Checks the value. */
        public None {
            requirePositive(requests);
        }
    }

    private static void requirePositive(int requests) {
        if (requests < 1) {
            throw new IllegalArgumentException("requests must be 1 or more, was " + requests);
        }
    }
}
