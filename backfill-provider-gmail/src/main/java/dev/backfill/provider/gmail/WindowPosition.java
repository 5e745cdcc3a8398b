package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.ThreadedIds.Entry;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * How far a window is walked: the message that was used up last, by its thread's id and its own. The walk goes by these, and
 * they never change, so the place stays the same place though that message or any other be gone or new.
 *
 * @param pass 0 for the walk of what the window listed first, more for what came in crowds meanwhile
 * @param entries how many ids of the window are used up
 * @param foreign how many of these turned out not to belong to it
 * @param last the message used up last; null at the beginning of a pass
 */
record WindowPosition(
        int pass, int entries, int foreign, @Nullable Entry last) {
    private static final String VERSION = "w2";
    private static final int PARTS = 6;
    private static final WindowPosition START = new WindowPosition(0, 0, 0, null);

    static WindowPosition of(Position position) {
        if (position.isStart()) {
            return START;
        }
        // The ids come last, since nobody knows what stands in another server's.
        String[] parts = position.value().split(":", PARTS);
        if (parts.length != PARTS || !parts[0].equals(VERSION)) {
            throw unreadable();
        }
        try {
            int threadLength = Integer.parseInt(parts[4]);
            Entry last = parts[5].isEmpty()
                    ? null
                    : new Entry(parts[5].substring(0, threadLength), parts[5].substring(threadLength));
            return new WindowPosition(
                    Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), Integer.parseInt(parts[3]), last);
        } catch (NumberFormatException | IndexOutOfBoundsException noPosition) {
            throw unreadable();
        }
    }

    static SourceException unreadable() {
        return SourceException.of(
                        SourceException.Kind.RESTART_PARTITION, SourceException.Scope.PARTITION, "POSITION_UNREADABLE")
                .build("the stored position is of another version");
    }

    Position position() {
        String thread = last == null ? "" : last.threadId();
        String ids = last == null ? "" : thread + last.id();
        return new Position(VERSION + ":" + pass + ":" + entries + ":" + foreign + ":" + thread.length() + ":" + ids);
    }
}
