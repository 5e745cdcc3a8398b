package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong at a {@link ScriptedSource}, as data. Immutable and thread-safe; how often each fault has struck is counted
 * by the source, over all mailboxes and runs.
 *
 * <pre>{@code
 * FaultScript.builder()
 *         .fail(At.window(1, 3), 2, Fault.of(SourceException.Kind.RETRY))  // page 3 of the second window, twice
 *         .failMessage("inbox-0000017", 1, "ErrorCorruptData")             // a failure row, mended by a replay
 *         .miscount(0, 2, 1)                                               // the first window falls 2 short, once
 *         .build();
 * }</pre>
 */
public final class FaultScript {
    /** Nothing goes wrong. */
    public static final FaultScript NONE = builder().build();

    /** Again and again. */
    public static final int ALWAYS = Integer.MAX_VALUE;

    private final List<OnPage> onPages;
    private final Map<String, OnMessage> onMessages;
    private final Map<String, OnRequest> onGets;
    private final Map<String, OnRequest> onOperations;
    private final Map<Integer, Shortfall> miscounts;
    private final Map<Integer, Shortfall> hidden;
    private final Map<Integer, Shortfall> hiddenAlone;
    private final Map<Integer, Integer> splits;

    /**
     * Names a page. Windows are counted in the order in which they were planned, 0 for the newest; those that replace another
     * come after all others.
     *
     * @param kind what is walked
     * @param window the window's number; -1 for every window, and for CHANGES and PIN
     * @param scope the scope of a CHANGES or PIN; null for windows
     * @param page the page's number within its partition, 0 for the first; -1 for every page
     */
    public record At(
            Partition.Kind kind, int window, @Nullable String scope, int page) {
        /** Checks what must be present. */
        public At {
            requireNonNull(kind, "kind");
        }

        /**
         * Names a page of a window.
         *
         * @param window the window's number, 0 for the newest, -1 for every one
         * @param page the page's number, 0 for the first, -1 for every one
         * @return the page
         */
        public static At window(int window, int page) {
            return new At(Partition.Kind.WINDOW, window, null, page);
        }

        /**
         * Names a page of a scope's changes.
         *
         * @param scope the scope
         * @param page the page's number, 0 for the first, -1 for every one
         * @return the page
         */
        public static At changes(String scope, int page) {
            return new At(Partition.Kind.CHANGES, -1, requireNonNull(scope, "scope"), page);
        }

        /**
         * Names the page of a scope's pin.
         *
         * @param scope the scope
         * @return the page
         */
        public static At pin(String scope) {
            return new At(Partition.Kind.PIN, -1, requireNonNull(scope, "scope"), -1);
        }

        boolean covers(Partition.Kind otherKind, int otherWindow, String otherScope, int otherPage) {
            return kind == otherKind
                    && (window == -1 || window == otherWindow)
                    && (scope == null || scope.equals(otherScope))
                    && (page == -1 || page == otherPage);
        }
    }

    record OnPage(
            At at,
            int times,
            @Nullable Fault fault,
            @Nullable Gate gate,
            int repeats) {}

    /** The kind is null for a message that is left out. */
    record OnMessage(String id, int times, SourceException.@Nullable Kind kind, String reason) {}

    record OnRequest(int times, Fault fault) {}

    record Shortfall(int messages, int walks, int growth) {
        int in(int walk) {
            return walk < walks ? messages + walk * growth : 0;
        }
    }

    private FaultScript(Builder builder) {
        this.onPages = List.copyOf(builder.onPages);
        this.onMessages = Map.copyOf(builder.onMessages);
        this.onGets = Map.copyOf(builder.onGets);
        this.onOperations = Map.copyOf(builder.onOperations);
        this.miscounts = Map.copyOf(builder.miscounts);
        this.hidden = Map.copyOf(builder.hidden);
        this.hiddenAlone = Map.copyOf(builder.hiddenAlone);
        this.splits = Map.copyOf(builder.splits);
    }

    /** {@return a builder of a script in which nothing goes wrong yet} */
    public static Builder builder() {
        return new Builder();
    }

    List<OnPage> onPages() {
        return onPages;
    }

    Map<String, OnMessage> onMessages() {
        return onMessages;
    }

    Map<String, OnRequest> onGets() {
        return onGets;
    }

    Map<String, OnRequest> onOperations() {
        return onOperations;
    }

    Map<Integer, Shortfall> miscounts() {
        return miscounts;
    }

    Map<Integer, Shortfall> hidden() {
        return hidden;
    }

    Map<Integer, Shortfall> hiddenAlone() {
        return hiddenAlone;
    }

    Map<Integer, Integer> splits() {
        return splits;
    }

    /** Collects faults. Not thread-safe. */
    public static final class Builder {
        private final List<OnPage> onPages = new ArrayList<>();
        private final Map<String, OnMessage> onMessages = new HashMap<>();
        private final Map<String, OnRequest> onGets = new HashMap<>();
        private final Map<String, OnRequest> onOperations = new HashMap<>();
        private final Map<Integer, Shortfall> miscounts = new HashMap<>();
        private final Map<Integer, Shortfall> hidden = new HashMap<>();
        private final Map<Integer, Shortfall> hiddenAlone = new HashMap<>();
        private final Map<Integer, Integer> splits = new HashMap<>();

        private Builder() {}

        /**
         * Lets the request for a page fail.
         *
         * @param at which page
         * @param times how often, {@link #ALWAYS} for ever; each request sent again counts
         * @param fault the error
         * @return this builder
         */
        public Builder fail(At at, int times, Fault fault) {
            onPages.add(new OnPage(at, times, requireNonNull(fault, "fault"), null, 0));
            return this;
        }

        /**
         * Lets the request for a page hang at a gate.
         *
         * @param at which page
         * @param gate what holds it, each time
         * @return this builder
         */
        public Builder block(At at, Gate gate) {
            onPages.add(new OnPage(at, ALWAYS, null, requireNonNull(gate, "gate"), 0));
            return this;
        }

        /**
         * Lets the raw answer of a page hold entries that were handed over before.
         *
         * @param at which page
         * @param entries how many
         * @return this builder
         */
        public Builder repeat(At at, int entries) {
            onPages.add(new OnPage(at, ALWAYS, null, null, entries));
            return this;
        }

        /**
         * Lets every request of an operation fail, for instance {@link ScriptedSource#PLAN}.
         *
         * @param operation the operation's name
         * @param times how often, {@link #ALWAYS} for ever
         * @param fault the error
         * @return this builder
         */
        public Builder failOperation(String operation, int times, Fault fault) {
            onOperations.put(operation, new OnRequest(times, fault));
            return this;
        }

        /**
         * Lets a message be unreadable: a Failed item in its place.
         *
         * @param id the message
         * @param times how often it is, {@link #ALWAYS} for ever; afterwards it is read
         * @param reason the failure's code
         * @return this builder
         */
        public Builder failMessage(String id, int times, String reason) {
            return failMessage(id, times, SourceException.Kind.SKIP_MESSAGE, reason);
        }

        /**
         * Lets a message be unreadable for a reason of another kind than SKIP_MESSAGE.
         *
         * @param id the message
         * @param times how often it is, {@link #ALWAYS} for ever; afterwards it is read
         * @param kind the failure's kind
         * @param reason the failure's code
         * @return this builder
         */
        public Builder failMessage(String id, int times, SourceException.Kind kind, String reason) {
            onMessages.put(id, new OnMessage(id, times, requireNonNull(kind, "kind"), reason));
            return this;
        }

        /**
         * Lets a message be left out: a Skipped item in its place.
         *
         * @param id the message
         * @param reason the code
         * @return this builder
         */
        public Builder skipMessage(String id, String reason) {
            onMessages.put(id, new OnMessage(id, ALWAYS, null, reason));
            return this;
        }

        /**
         * Lets the request for one message or its content fail, where the source sends one (single gets, replay, content).
         *
         * @param id the message
         * @param times how often, {@link #ALWAYS} for ever; each request sent again counts
         * @param fault the error
         * @return this builder
         */
        public Builder failGet(String id, int times, Fault fault) {
            onGets.put(id, new OnRequest(times, fault));
            return this;
        }

        /**
         * Lets the provider count more messages in a window than it lists.
         *
         * @param window the window's number, 0 for the newest
         * @param messages how many more
         * @param walks in how many walks, the first counted
         * @return this builder
         */
        public Builder miscount(int window, int messages, int walks) {
            return miscount(window, messages, walks, 0);
        }

        /**
         * Lets the provider count more messages in a window than it lists, and more from walk to walk, as if mail were moved there
         * behind each.
         *
         * @param window the window's number, 0 for the newest
         * @param messages how many more in the first walk
         * @param walks in how many walks, the first counted
         * @param growth how many more than in the walk before
         * @return this builder
         */
        public Builder miscount(int window, int messages, int walks, int growth) {
            miscounts.put(window, new Shortfall(messages, walks, growth));
            return this;
        }

        /**
         * Lets the provider leave out the oldest messages of a window in its list, though it counts them.
         *
         * @param window the window's number, 0 for the newest
         * @param messages how many
         * @param walks in how many walks, the first counted
         * @return this builder
         */
        public Builder hide(int window, int messages, int walks) {
            hidden.put(window, new Shortfall(messages, walks, 0));
            return this;
        }

        /**
         * Lets the provider leave out one message of a window in its list, though it counts it, and in each walk another: the oldest
         * in the first, the next in the second.
         *
         * @param window the window's number, 0 for the newest
         * @param walks in how many walks, the first counted
         * @return this builder
         */
        public Builder hideAnother(int window, int walks) {
            hiddenAlone.put(window, new Shortfall(1, walks, 1));
            return this;
        }

        /**
         * Lets a window be replaced by others of equal length when its beginning is first asked for.
         *
         * @param window the window's number, 0 for the newest
         * @param parts how many, 2 or more; fewer if it has fewer seconds
         * @return this builder
         */
        public Builder split(int window, int parts) {
            splits.put(window, parts);
            return this;
        }

        /** {@return the script} */
        public FaultScript build() {
            return new FaultScript(this);
        }
    }
}
