package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.MailQuery;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A mailbox of two folders that is read again and again, and changes between the runs. */
abstract class RunsAfterRuns {
    static final int MESSAGES = 40;
    static final Instant LATER = Instant.parse("2020-06-01T00:00:00Z");
    static final MailQuery ANY = new MailQuery(null, Instant.parse("2100-01-01T00:00:00Z"), List.of(), false, false);

    final ScriptedSource source;
    final RecordingSink sink = new RecordingSink();
    final EngineRig rig;

    RunsAfterRuns(ScriptedSource.Builder source) {
        this.source = source.build();
        this.rig = new EngineRig(this.source, sink);
    }

    static ScriptedSource.Builder twoFolders() {
        return ScriptedSource.builder()
                .mailbox(
                        ScriptedFolder.of("inbox", FolderRole.INBOX, MESSAGES),
                        ScriptedFolder.of("sent", FolderRole.SENT, 5));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    static BackfillRequest.Builder incremental() {
        return EngineRig.request().mode(Mode.INCREMENTAL);
    }

    final BackfillJob completed(BackfillRequest.Builder request) {
        BackfillJob job = rig.run(request.build());
        assertThat(job.state()).as("%s", job).isEqualTo(JobState.COMPLETED);
        rig.checkInvariants(job.id());
        return job;
    }

    final BackfillJob full() {
        return completed(EngineRig.request());
    }

    /** The messages that were told of behind the first so many. */
    final List<String> newIds(int before) {
        List<String> all = sink.messageIds();
        return all.subList(before, all.size());
    }
}
