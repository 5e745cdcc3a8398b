package dev.backfill.testkit.mail;

/**
 * Which message belongs to which thread, and where in it. Half of the threads have 1 message, 20 % have 2, 10 % 3, 7 % 4,
 * 9 % 5 to 10 and 4 % 11 to 30. Immutable and thread-safe; 4 bytes a message.
 */
final class ThreadPlan {
    private static final long STREAM = -1;

    /** Of each message, the index of its thread's first. */
    private final int[] firstOf;

    ThreadPlan(long seed, int count) {
        firstOf = new int[count];
        Dice dice = new Dice(seed, STREAM);
        int at = 0;
        while (at < count) {
            int first = at;
            int end = Math.min(count, at + length(dice));
            while (at < end) {
                firstOf[at++] = first;
            }
        }
    }

    private static int length(Dice dice) {
        int roll = dice.below(100);
        if (roll < 50) {
            return 1;
        }
        if (roll < 70) {
            return 2;
        }
        if (roll < 80) {
            return 3;
        }
        if (roll < 87) {
            return 4;
        }
        return roll < 96 ? dice.between(5, 10) : dice.between(11, 30);
    }

    int first(int index) {
        return firstOf[index];
    }

    /** {@return 0 for a thread's first message} */
    int place(int index) {
        return index - firstOf[index];
    }
}
