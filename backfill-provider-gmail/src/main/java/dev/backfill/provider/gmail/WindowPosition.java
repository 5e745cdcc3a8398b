package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.ThreadedIds.Entry;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * How far a window is walked: the message that was used up last, by its thread's id and its own. The walk goes by these, and
 * they never change, so the place stays the same place though that message or any other be gone or new. What came in front of
 * it meanwhile is told by the set of the ids that were read.
 *
 * @param pass 0 for the walk of what the window listed first, more for what came in crowds meanwhile
 * @param entries how many ids of the window are used up
 * @param foreign how many of these turned out not to belong to it
 * @param last the message used up last; null at the beginning of a pass
 * @param walked which ids are used up, without those that the server said were gone
 */
record WindowPosition(
        int pass, int entries, int foreign, @Nullable Entry last, WalkedIds walked) {
    private static final String VERSION = "w3";
    private static final int PARTS = 7;
    private static final WindowPosition START = new WindowPosition(0, 0, 0, null, WalkedIds.none());

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
            int threadLength = Integer.parseInt(parts[5]);
            Entry last = parts[6].isEmpty()
                    ? null
                    : new Entry(parts[6].substring(0, threadLength), parts[6].substring(threadLength));
            return new WindowPosition(
                    Integer.parseInt(parts[1]),
                    Integer.parseInt(parts[2]),
                    Integer.parseInt(parts[3]),
                    last,
                    WalkedIds.of(parts[4]));
        } catch (IllegalArgumentException | IndexOutOfBoundsException noPosition) {
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
        return new Position(String.join(
                ":",
                VERSION,
                Integer.toString(pass),
                Integer.toString(entries),
                Integer.toString(foreign),
                walked.text(),
                Integer.toString(thread.length()),
                ids));
    }
}
