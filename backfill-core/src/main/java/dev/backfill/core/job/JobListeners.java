package dev.backfill.core.job;

import dev.backfill.api.BackfillManager.Subscription;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of an instance; none of them can break a job. Thread-safe. */
final class JobListeners {
    private static final Logger LOG = LoggerFactory.getLogger(JobListeners.class);

    private final List<JobListener> listeners = new CopyOnWriteArrayList<>();

    @SuppressWarnings("UnnecessaryMethodReference") // a new object on purpose
    Subscription add(JobListener listener) {
        // Each registration is its own, even of the same listener.
        JobListener registered = listener::onEvent;
        listeners.add(registered);
        return () -> listeners.remove(registered);
    }

    boolean isEmpty() {
        return listeners.isEmpty();
    }

    void tell(JobEvent event) {
        for (JobListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (RuntimeException | LinkageError | AssertionError broken) {
                LOG.warn("A listener failed on an event of job {}", event.job().id(), broken);
            }
        }
    }
}
