package dev.backfill.testkit.contract;

import dev.backfill.spi.JobStore;

/**
 * What the contracts of a store are run on.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface JobStoreFixture {
    /**
     * Gives the store under test, empty at the start of each test and the same all through it. The test's author closes it.
     *
     * @return the store
     */
    JobStore store();
}
