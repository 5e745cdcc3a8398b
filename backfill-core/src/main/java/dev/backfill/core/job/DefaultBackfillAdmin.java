package dev.backfill.core.job;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.BackfillAdmin;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNotFoundException;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Summary;

/** The operator's view. Thread-safe. */
final class DefaultBackfillAdmin implements BackfillAdmin {
    private final EngineManager manager;

    DefaultBackfillAdmin(EngineManager manager) {
        this.manager = manager;
    }

    @Override
    public Page<BackfillJob> list(JobFilter filter, PageRequest page) {
        requireNonNull(filter, "filter");
        requireNonNull(page, "page");
        return manager.store().list(null, filter, page).map(manager.views()::of);
    }

    @Override
    public Summary summary(JobFilter filter) {
        return manager.store().summary(null, requireNonNull(filter, "filter"));
    }

    @Override
    public BackfillJob status(JobId id) {
        return manager.store()
                .find(requireNonNull(id, "id"))
                .map(manager.views()::of)
                .orElseThrow(() -> new JobNotFoundException(id));
    }
}
