package dev.backfill.examples.architecture.planted.left;

import dev.backfill.examples.architecture.planted.right.Right;

/** One half of a cycle. */
public final class Left {

    private Left() {}

    /** {@return the other half} */
    public static Class<?> other() {
        return Right.class;
    }
}
