package dev.backfill.examples.architecture.planted.right;

import dev.backfill.examples.architecture.planted.left.Left;

/** The other half of a cycle. */
public final class Right {

    private Right() {}

    /** {@return the other half} */
    public static Class<?> other() {
        return Left.class;
    }
}
