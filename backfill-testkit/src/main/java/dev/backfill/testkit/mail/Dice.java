package dev.backfill.testkit.mail;

import java.util.List;

/**
 * Pseudo-random numbers that are the same on every machine and JDK for the same seeds: SplitMix64 (Steele, Lea and Flood,
 * 2014) written out, because the JDK does not promise the sequence of its own. Not thread-safe.
 */
final class Dice {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;

    Dice(long seed, long stream) {
        this.state = mix(seed) ^ mix(stream * GOLDEN + 1);
    }

    /** Scatters 64 bits; different numbers stay different. */
    static long mix(long value) {
        long z = value + GOLDEN;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    long next() {
        state += GOLDEN;
        return mix(state);
    }

    /** {@return a number from 0 to {@code bound - 1}} */
    int below(int bound) {
        return (int) ((next() >>> 33) % bound);
    }

    long below(long bound) {
        return (next() >>> 1) % bound;
    }

    int between(int low, int high) {
        return low + below(high - low + 1);
    }

    boolean percent(int chance) {
        return below(100) < chance;
    }

    <T> T pick(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    void fill(byte[] bytes) {
        for (int i = 0; i < bytes.length; i += 8) {
            long bits = next();
            for (int j = i; j < Math.min(i + 8, bytes.length); j++) {
                bytes[j] = (byte) bits;
                bits >>= 8;
            }
        }
    }
}
