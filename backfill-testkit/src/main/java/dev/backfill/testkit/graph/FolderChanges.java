package dev.backfill.testkit.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What happened to the messages of one folder, each by its latest change, in the order of the changes. A message that left is
 * remembered for ever, though it came and left between two rounds. Guarded by the lock of its mailbox.
 */
final class FolderChanges {
    private final TreeMap<Long, Touch> byNumber = new TreeMap<>();
    private final Map<String, Long> latest = new HashMap<>();

    /**
     * The latest change of a message.
     *
     * @param number its place among all changes of the mailbox
     * @param item the message as it was then, before it left if it left
     * @param came the number of the change by which it came into the folder last
     * @param present false if it left
     */
    record Touch(long number, GraphItem item, long came, boolean present) {}

    void came(long number, GraphItem item) {
        touch(new Touch(number, item, number, true));
    }

    void changed(long number, GraphItem item) {
        touch(new Touch(number, item, cameLast(item, number), true));
    }

    void left(long number, GraphItem item) {
        touch(new Touch(number, item, cameLast(item, number), false));
    }

    private long cameLast(GraphItem item, long otherwise) {
        Long number = latest.get(item.mail.id());
        Touch touch = number == null ? null : byNumber.get(number);
        return touch == null ? otherwise : touch.came();
    }

    private void touch(Touch touch) {
        Long before = latest.put(touch.item().mail.id(), touch.number());
        if (before != null) {
            byNumber.remove(before);
        }
        byNumber.put(touch.number(), touch);
    }

    /** Gives the latest changes after a number, in order, without those of a kind nobody asked for. */
    List<Touch> after(long number, Predicate<Touch> wanted, int most) {
        List<Touch> found = new ArrayList<>();
        for (Touch touch : byNumber.tailMap(number, false).values()) {
            if (found.size() == most) {
                break;
            }
            if (wanted.test(touch)) {
                found.add(touch);
            }
        }
        return found;
    }
}
