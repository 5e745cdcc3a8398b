package dev.backfill.testkit;

import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends the requests of a scripted mailbox through the engine's gate, with the script's faults in them. Thread-safe. */
final class ScriptedRequests {
    private final ScriptedSource source;
    private final MailboxContext context;
    private final AtomicBoolean closed = new AtomicBoolean();

    ScriptedRequests(ScriptedSource source, MailboxContext context) {
        this.source = source;
        this.context = context;
    }

    /** One request whose faults are those of its operation. */
    <T extends @Nullable Object> T call(String operation, Supplier<T> answer) {
        return context.calls().call(source.operation(operation), () -> body(operation, () -> strike(null), answer));
    }

    /** One request for a page. */
    <T extends @Nullable Object> T page(String operation, Supplier<FaultState.Strike> strike, Supplier<T> answer) {
        return context.calls()
                .call(source.operation(operation), () -> body(operation, () -> strike(strike.get()), answer));
    }

    /** One request for a message or its content. */
    <T extends @Nullable Object> T get(String operation, String messageId, Supplier<T> answer) {
        return context.calls().call(source.operation(operation), () -> getBody(operation, messageId, answer));
    }

    /** Many requests for messages. */
    <T extends @Nullable Object> List<Outcome<T>> gets(List<String> messageIds, Function<String, T> answer) {
        List<ApiRequest<T>> requests = messageIds.stream()
                .map(id -> new ApiRequest<>(
                        source.operation(ScriptedSource.GET),
                        () -> getBody(ScriptedSource.GET, id, () -> answer.apply(id))))
                .toList();
        return context.calls().all(requests);
    }

    private <T extends @Nullable Object> T getBody(String operation, String messageId, Supplier<T> answer) {
        return body(
                operation,
                () -> {
                    Fault fault = source.faults().onGet(messageId);
                    strike(fault == null ? null : new FaultState.Strike(List.of(), fault));
                },
                answer);
    }

    private <T extends @Nullable Object> T body(String operation, Runnable strike, Supplier<T> answer) {
        String token = context.tokens().get();
        source.log().requestBegins(context.account(), operation, token);
        try {
            source.options().onRequest().accept(operation);
            requireOpen();
            Fault fault = source.faults().onOperation(operation);
            if (fault != null) {
                throw fault.toException(context.clock().instant());
            }
            if (source.refuses(token)) {
                throw Fault.of(SourceException.Kind.AUTH)
                        .toException(context.clock().instant());
            }
            strike.run();
            return answer.get();
        } finally {
            source.log().requestEnds();
        }
    }

    private void strike(FaultState.@Nullable Strike strike) {
        if (strike == null) {
            return;
        }
        for (Gate gate : strike.gates()) {
            if (!gate.pass(closed::get)) {
                throw broken("the request was broken off");
            }
        }
        if (strike.fault() != null) {
            throw strike.fault().toException(context.clock().instant());
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw broken("the mailbox is closed");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw broken("the request was interrupted");
        }
    }

    private static SourceException broken(String message) {
        return SourceException.of(SourceException.Kind.RETRY, SourceException.Scope.MAILBOX, "BROKEN_OFF")
                .build(message);
    }

    /** Tells whether this call closed it. */
    boolean close() {
        return closed.compareAndSet(false, true);
    }
}
