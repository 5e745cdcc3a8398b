package dev.backfill.provider.gmail;

import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a window is walked: what was handed over last, by id, and when the mailbox took it. Should the last message have
 * gone meanwhile, the one before it tells the place; should all of those named have gone, the time does.
 *
 * @param entries how many ids of the window are used up
 * @param foreign how many of these turned out not to belong to it
 * @param millis when the mailbox took the last message, in milliseconds since 1970; {@link #NO_TIME} when that is not known
 * @param lastIds the ids used up last, the very last one first
 */
record WindowPosition(int entries, int foreign, long millis, List<String> lastIds) {
    static final long NO_TIME = Long.MIN_VALUE;

    private static final String VERSION = "w1";
    private static final int PARTS = 5;
    private static final int MAX_IDS = 32;
    private static final WindowPosition START = new WindowPosition(0, 0, NO_TIME, List.of());

    WindowPosition {
        lastIds = List.copyOf(lastIds);
    }

    static WindowPosition of(Position position) {
        if (position.isStart()) {
            return START;
        }
        String[] parts = position.value().split(":", PARTS);
        if (parts.length != PARTS || !parts[0].equals(VERSION) || parts[4].isEmpty()) {
            throw unreadable();
        }
        try {
            return new WindowPosition(
                    Integer.parseInt(parts[1]),
                    Integer.parseInt(parts[2]),
                    parts[3].isEmpty() ? NO_TIME : Long.parseLong(parts[3]),
                    List.of(parts[4].split(",")));
        } catch (NumberFormatException noNumber) {
            throw unreadable();
        }
    }

    static SourceException unreadable() {
        return SourceException.of(
                        SourceException.Kind.RESTART_PARTITION, SourceException.Scope.PARTITION, "POSITION_UNREADABLE")
                .build("the stored position is of another version");
    }

    /** The place behind an id of a walk's list. */
    static WindowPosition behind(List<String> ids, int next, int entries, int foreign, long millis) {
        List<String> last = new ArrayList<>();
        int length = 0;
        for (int i = next - 1; i >= 0 && last.size() < MAX_IDS; i--) {
            length += ids.get(i).length() + 1;
            if (!last.isEmpty() && length > Position.MAX_LENGTH / 2) {
                break;
            }
            last.add(ids.get(i));
        }
        return new WindowPosition(entries, foreign, millis, last);
    }

    Position position() {
        String time = millis == NO_TIME ? "" : Long.toString(millis);
        return new Position(VERSION + ":" + entries + ":" + foreign + ":" + time + ":" + String.join(",", lastIds));
    }
}
