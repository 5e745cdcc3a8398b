package dev.backfill.testkit.contract;

/**
 * All that a {@link dev.backfill.spi.JobStore} must do. Its author implements {@link #store()} and runs what is inherited:
 *
 * <pre>{@code
 * class MyJobStoreTest implements JobStoreContract {
 *     private final JobStore store = new MyJobStore();
 *
 *     public JobStore store() {
 *         return store;
 *     }
 * }
 * }</pre>
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface JobStoreContract
        extends JobStoreRowsContract,
                JobStoreClaimsContract,
                JobStoreWritesContract,
                JobStoreListsContract,
                JobStoreOrderContract,
                JobStoreHistoryContract {}
