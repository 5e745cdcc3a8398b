package dev.backfill.testkit.http;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which requests go wrong, and how. Rules may be added while the server runs. Each rule counts the requests it matches, from
 * 1, in the order of their arrival. Of the rules that strike one request all delays hold, and the first other fault.
 * Thread-safe.
 */
public final class FaultPlan {
    private final List<Rule> rules = new CopyOnWriteArrayList<>();

    /** Makes a plan in which nothing goes wrong. */
    public FaultPlan() {}

    /**
     * Lets one request fail.
     *
     * @param match which requests are counted
     * @param number the how many'th of them fails, 1 or more
     * @param fault what goes wrong
     * @return this plan
     */
    public FaultPlan nth(RequestMatch match, int number, Fault fault) {
        return range(match, number, number, fault);
    }

    /**
     * Lets the first matching requests fail.
     *
     * @param match which requests are counted
     * @param count how many fail, 1 or more
     * @param fault what goes wrong
     * @return this plan
     */
    public FaultPlan first(RequestMatch match, int count, Fault fault) {
        return range(match, 1, count, fault);
    }

    /**
     * Lets every matching request fail.
     *
     * @param match which requests fail
     * @param fault what goes wrong
     * @return this plan
     */
    public FaultPlan always(RequestMatch match, Fault fault) {
        return range(match, 1, Integer.MAX_VALUE, fault);
    }

    /**
     * Lets a stretch of matching requests fail.
     *
     * @param match which requests are counted
     * @param first the first that fails, 1 or more
     * @param last the last that fails
     * @param fault what goes wrong
     * @return this plan
     */
    public FaultPlan range(RequestMatch match, int first, int last, Fault fault) {
        if (first < 1 || last < first) {
            throw new IllegalArgumentException("the range must be 1 or more and ascending: " + first + ", " + last);
        }
        rules.add(new Rule(requireNonNull(match, "match"), first, last, requireNonNull(fault, "fault")));
        return this;
    }

    /** Forgets all rules. */
    public void clear() {
        rules.clear();
    }

    /**
     * Counts a request and says what goes wrong with it.
     *
     * @param call the request
     * @return the faults that strike it; empty for none
     */
    List<Fault> strike(HttpCall call) {
        List<Fault> faults = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.match.matches(call.method(), call.path(), call.query())) {
                int number = rule.seen.incrementAndGet();
                if (number >= rule.first && number <= rule.last) {
                    faults.add(rule.fault);
                }
            }
        }
        return faults;
    }

    private static final class Rule {
        private final RequestMatch match;
        private final int first;
        private final int last;
        private final Fault fault;
        private final AtomicInteger seen = new AtomicInteger();

        private Rule(RequestMatch match, int first, int last, Fault fault) {
            this.match = match;
            this.first = first;
            this.last = last;
            this.fault = fault;
        }
    }
}
