package dev.backfill.core.job;

import dev.backfill.api.CountKind;
import dev.backfill.api.JobNote;
import dev.backfill.core.pipeline.NoteCodes;
import dev.backfill.spi.JobRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * What the total of a completed job may claim. What it listed is all there was, exactly, only if somebody else counted too: the
 * provider at the end of each window, or before in an exact estimate that was met. (Changes are no more and no less than what
 * their list gave.) Stateless.
 */
final class FinalTotal {
    private FinalTotal() {}

    /**
     * Sets the total.
     *
     * @param row the job at its end
     * @param limited true if its bound of messages ended it
     * @param next takes the total, its kind and a note if there is something to say
     * @return {@code next}
     */
    static JobRecord.Builder of(JobRecord row, boolean limited, JobRecord.Builder next) {
        if (limited || has(row, NoteCodes.FOLDER_SKIPPED)) {
            // More is there than was listed; how much, only the estimate can say, if there is one.
            return next;
        }
        long listed = row.counts().listed();
        // A retry of failures estimates its rows, of which several may be of one message; each was asked for by itself.
        boolean counted = row.totalKind() == CountKind.EXACT && row.retryOf() == null;
        if (counted && listed < row.total()) {
            return next.notes(with(row.notes(), fewer(listed, row.total())));
        }
        boolean met = counted && listed == row.total();
        boolean sure = met || !has(row, NoteCodes.NO_PROVIDER_COUNT);
        return next.total(listed).totalKind(sure ? CountKind.EXACT : CountKind.ESTIMATE);
    }

    private static boolean has(JobRecord row, String code) {
        return row.notes().stream().anyMatch(note -> note.code().equals(code));
    }

    private static JobNote fewer(long listed, long counted) {
        return new JobNote(NoteCodes.FEWER_THAN_ESTIMATED, "", listed + " of " + counted);
    }

    /** A write that was in doubt is made twice. */
    private static List<JobNote> with(List<JobNote> notes, JobNote note) {
        List<JobNote> all = new ArrayList<>(notes);
        if (!all.contains(note)) {
            all.add(note);
        }
        return all;
    }
}
