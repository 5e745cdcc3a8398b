package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The id of a job, for instance {@code backfill_u42_20260131_235959_0a1b2c3d}: the user's safe key, the start in UTC, and
 * eight random hex digits. Immutable and thread-safe.
 *
 * @param value the id, {@code [A-Za-z0-9_-]}, 1 to 128 characters
 */
public record JobId(String value) {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Checks the form. */
    public JobId {
        requireNonNull(value, "value");
        if (!PLAIN.matcher(value).matches()) {
            throw new InvalidRequestException("job_id", "must be 1 to 128 of A-Z, a-z, 0-9, _ and -");
        }
    }

    /**
     * Makes a new id.
     *
     * @param user whose job it is
     * @param now the present time
     * @param random where the eight hex digits come from
     * @return a new id
     */
    public static JobId create(UserId user, Instant now, RandomGenerator random) {
        String suffix = HexFormat.of().toHexDigits(random.nextInt());
        return new JobId("backfill_" + user.key() + "_" + STAMP.format(now) + "_" + suffix);
    }

    /** {@return the id itself} */
    @Override
    public String toString() {
        return value;
    }
}
