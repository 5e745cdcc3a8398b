package dev.backfill.provider.gmail;

import dev.backfill.spi.Operation;
import dev.backfill.spi.Settings;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What requests cost, in units. Immutable and thread-safe.
 *
 * @param list one page of messages.list
 * @param get one message
 * @param attachment one attachment, or a body by itself
 * @param thread one thread with its messages
 * @param labels the list of labels
 * @param label one label
 * @param profile the profile
 * @param history one page of history.list
 */
record Prices(
        Operation list,
        Operation get,
        Operation attachment,
        Operation thread,
        Operation labels,
        Operation label,
        Operation profile,
        Operation history) {
    private static final int MAX_UNITS = 10_000;

    /** The settings that tell a price of its own. */
    static final Set<String> SETTINGS = of(1, 1, 1).all().map(Prices::setting).collect(Collectors.toUnmodifiableSet());

    /** By what Google changed; the others cost the same in all its tables. */
    static Prices of(int get, int attachment, int thread) {
        return new Prices(
                new Operation("messages.list", 5),
                new Operation("messages.get", get),
                new Operation("attachments.get", attachment),
                new Operation("threads.get", thread),
                new Operation("labels.list", 1),
                new Operation("labels.get", 1),
                new Operation("profile.get", 1),
                new Operation("history.list", 2));
    }

    /** These prices but for those that the settings tell. */
    Prices with(Settings settings) {
        return new Prices(
                told(list, settings),
                told(get, settings),
                told(attachment, settings),
                told(thread, settings),
                told(labels, settings),
                told(label, settings),
                told(profile, settings),
                told(history, settings));
    }

    private static Operation told(Operation operation, Settings settings) {
        return new Operation(
                operation.name(), (int) settings.number(setting(operation), operation.units(), 1, MAX_UNITS));
    }

    /** {@code messages.get} is {@code units-messages-get}, since the names of environment variables have no dots. */
    private static String setting(Operation operation) {
        return "units-" + operation.name().replace('.', '-');
    }

    private Stream<Operation> all() {
        return Stream.of(list, get, attachment, thread, labels, label, profile, history);
    }

    /** Says whether so many messages of a thread cost more one by one than the thread as a whole. */
    boolean isCheaperWhole(int messages) {
        return (long) messages * get.units() > thread.units();
    }
}
