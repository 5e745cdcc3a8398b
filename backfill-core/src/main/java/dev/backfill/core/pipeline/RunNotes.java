package dev.backfill.core.pipeline;

import dev.backfill.api.JobNote;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a run adds to its job's notes and takes back from them, until it is stored. Equal notes are one. Confined to the run's
 * thread.
 */
final class RunNotes {
    /** Folders and scopes have no end; of each of the other codes there is one note a job, which always finds its place. */
    private static final int MOST = 1_000;

    private static final int ONE_EACH = 2;

    private final Set<JobNote> fresh = new LinkedHashSet<>();
    private Predicate<JobNote> outdated = note -> false;
    private long uncounted;

    /**
     * @param stored the job's notes, where the number of windows without a count is taken up
     */
    RunNotes(List<JobNote> stored) {
        this.uncounted = stored.stream()
                .filter(RunNotes::isOfUncounted)
                .mapToLong(note -> Long.parseLong(note.detail()))
                .sum();
    }

    /**
     * Adds a note, unless there are too many.
     *
     * @param stored the job's notes
     * @param note what to add
     */
    void add(List<JobNote> stored, JobNote note) {
        if (stored.size() + fresh.size() < MOST - ONE_EACH) {
            fresh.add(note);
        }
    }

    /**
     * Takes back what an earlier run noted under a code of scopes; what still holds is to be added anew.
     *
     * @param stored the job's notes
     * @param code the code
     * @param scopes the scopes
     * @return true if there is such a note
     */
    boolean drop(List<JobNote> stored, String code, Set<String> scopes) {
        outdated = note -> note.code().equals(code) && scopes.contains(note.scope());
        return stored.stream().anyMatch(outdated);
    }

    /** Counts one more window at whose end the provider gave no count: thousands of them are one note. */
    void uncounted() {
        uncounted++;
    }

    /** The notes as they are to be stored. The same again for what they gave before: a write may be made twice. */
    List<JobNote> over(List<JobNote> stored) {
        Set<JobNote> all = new LinkedHashSet<>(stored);
        all.removeIf(outdated);
        all.addAll(fresh);
        JobNote ofUncounted = new JobNote(NoteCodes.NO_PROVIDER_COUNT, "", Long.toString(uncounted));
        if (uncounted > 0 && !all.contains(ofUncounted)) {
            all.removeIf(RunNotes::isOfUncounted);
            all.add(ofUncounted);
        }
        return new ArrayList<>(all);
    }

    /** Hears that they are stored. */
    void stored() {
        fresh.clear();
        outdated = note -> false;
    }

    private static boolean isOfUncounted(JobNote note) {
        return note.code().equals(NoteCodes.NO_PROVIDER_COUNT);
    }
}
