package dev.backfill.testkit;

import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes and reads the positions of scripted walks: {@code 1|second|id} of the last message handed over. */
final class Positions {
    private static final String VERSION = "1";

    private Positions() {}

    static Position of(@Nullable MailKey last) {
        return last == null ? Position.START : new Position(VERSION + "|" + last.second() + "|" + last.id());
    }

    static @Nullable MailKey parse(Position position) {
        if (position.isStart()) {
            return null;
        }
        String[] parts = position.value().split("\\|", 3);
        if (parts.length != 3 || !parts[0].equals(VERSION)) {
            throw dead();
        }
        return new MailKey(number(parts[1]), parts[2]);
    }

    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException garbage) {
            throw dead();
        }
    }

    private static SourceException dead() {
        return Fault.of(SourceException.Kind.RESTART_PARTITION)
                .code("BAD_POSITION")
                .toException(Instant.EPOCH);
    }
}
