package dev.backfill.provider.gmail;

import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;

/**
 * How far a window is walked. The walk goes through the window's ids in the order of their text, so that the last id tells what
 * is done, whatever arrives, moves or goes in between and in whatever order the server lists.
 *
 * @param lastId the last id handed over; empty for none
 * @param foreign how many ids of the listing turned out not to belong to the window
 */
record WindowPosition(String lastId, int foreign) {
    private static final String VERSION = "w1:";
    private static final WindowPosition START = new WindowPosition("", 0);

    static WindowPosition of(Position position) {
        if (position.isStart()) {
            return START;
        }
        String value = position.value();
        int colon = value.indexOf(':', VERSION.length());
        if (value.startsWith(VERSION) && colon > 0) {
            try {
                return new WindowPosition(
                        value.substring(colon + 1), Integer.parseInt(value, VERSION.length(), colon, 10));
            } catch (NumberFormatException unreadable) {
                throw unreadable();
            }
        }
        throw unreadable();
    }

    static SourceException unreadable() {
        return SourceException.of(
                        SourceException.Kind.RESTART_PARTITION, SourceException.Scope.PARTITION, "POSITION_UNREADABLE")
                .build("the stored position is of another version");
    }

    Position position() {
        return new Position(VERSION + foreign + ":" + lastId);
    }
}
