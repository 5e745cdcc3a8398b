package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How notes merge, whatever they are stored with and however often. */
class RunNotesTest {
    private static final JobNote SKIPPED = new JobNote(NoteCodes.FOLDER_SKIPPED, "inbox", "ErrorAccessDenied");
    private static final JobNote GONE = new JobNote(NoteCodes.FOLDER_SKIPPED, "inbox", "FOLDER_GONE");

    private static JobNote uncounted(int windows) {
        return new JobNote(NoteCodes.NO_PROVIDER_COUNT, "", Integer.toString(windows));
    }

    @Test
    void equalNotesOfSeveralWindowsAreOne() {
        RunNotes notes = new RunNotes(List.of());
        notes.add(List.of(), SKIPPED);
        notes.add(List.of(), GONE);
        notes.add(List.of(), SKIPPED);

        assertThat(notes.over(List.of())).containsExactly(SKIPPED, GONE);
    }

    @Test
    void aNoteThatIsStoredIsNotStoredAgain() {
        RunNotes notes = new RunNotes(List.of(GONE, SKIPPED));
        notes.add(List.of(GONE, SKIPPED), SKIPPED);

        assertThat(notes.over(List.of(GONE, SKIPPED))).containsExactly(GONE, SKIPPED);
    }

    @Test
    void whatIsTakenBackStaysOnlyIfItIsAddedAnew() {
        JobNote other = new JobNote(NoteCodes.FOLDER_SKIPPED, "sent", "ErrorAccessDenied");
        List<JobNote> stored = List.of(SKIPPED, GONE, other, new JobNote(NoteCodes.READ_WHOLE, "inbox", "MARK_LOST"));
        RunNotes notes = new RunNotes(stored);

        assertThat(notes.drop(stored, NoteCodes.FOLDER_SKIPPED, Set.of("archive")))
                .isFalse();
        assertThat(notes.drop(stored, NoteCodes.FOLDER_SKIPPED, Set.of("inbox")))
                .isTrue();
        notes.add(stored, GONE);

        assertThat(notes.over(stored)).containsExactlyInAnyOrder(other, stored.get(3), GONE);
        notes.stored();
        assertThat(notes.over(List.of(SKIPPED))).as("once stored").containsExactly(SKIPPED);
    }

    @Test
    void windowsWithoutACountAreOneNoteWithTheirNumberThroughAllRuns() {
        RunNotes notes = new RunNotes(List.of(SKIPPED, uncounted(2)));
        assertThat(notes.over(List.of(SKIPPED, uncounted(2)))).containsExactly(SKIPPED, uncounted(2));
        for (int i = 0; i < 3_000; i++) {
            notes.uncounted();
        }
        List<JobNote> once = notes.over(List.of(uncounted(2), SKIPPED));

        assertThat(once).containsExactly(SKIPPED, uncounted(3_002));
        assertThat(notes.over(once)).as("written again").isEqualTo(once);
    }

    @Test
    void thousandsOfWindowsOfOneFolderCrowdNoOtherOut() {
        RunNotes notes = new RunNotes(List.of());
        for (int i = 0; i < 3_000; i++) {
            notes.add(List.of(), SKIPPED);
        }
        notes.add(List.of(), GONE);

        assertThat(notes.over(List.of())).containsExactly(SKIPPED, GONE);
    }

    @Test
    void thousandsOfFoldersLeaveRoomForTheNotesOfTheWholeJob() {
        List<JobNote> stored = new ArrayList<>();
        RunNotes notes = new RunNotes(stored);
        for (int i = 0; i < 2_000; i++) {
            notes.add(stored, new JobNote(NoteCodes.FOLDER_SKIPPED, "folder-" + i, "ErrorAccessDenied"));
            if (i == 500) {
                stored = notes.over(stored);
                notes.stored();
            }
        }
        notes.uncounted();
        stored = notes.over(stored);

        assertThat(stored).contains(uncounted(1)).hasSize(999);
    }
}
