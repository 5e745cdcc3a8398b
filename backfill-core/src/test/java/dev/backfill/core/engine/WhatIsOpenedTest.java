package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A provider hears in each query what of the messages will be opened beside it. */
@Timeout(60)
class WhatIsOpenedTest {
    /** What each of a mailbox's methods was told: that attachments will be opened, and the MIME. */
    private final Map<String, Set<List<Boolean>>> told = new ConcurrentHashMap<>();

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void theProviderHearsItWhateverItIsAsked(boolean attachments, boolean mime) {
        ScriptedSource scripted = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(20).attachments(1, 100))
                .build();
        MailQuery all = new MailQuery(null, Instant.parse("2100-01-01T00:00:00Z"), List.of(), false, false);
        String bad = scripted.account().ids(all).get(3);
        scripted.faults(FaultScript.builder()
                .failMessage(bad, 1, SourceException.Kind.SKIP_MESSAGE, "BROKEN")
                .build());
        WrappedSource source = new WrappedSource(scripted, (method, arguments, real) -> {
            if (arguments.length > 0 && arguments[0] instanceof MailQuery query) {
                told.computeIfAbsent(method, name -> ConcurrentHashMap.newKeySet())
                        .add(List.of(query.attachments(), query.rawMime()));
            }
            return real.call(arguments);
        });
        try (EngineRig rig = new EngineRig(scripted, new RecordingSink(), builder -> builder.source(source))) {
            BackfillRequest request = BackfillRequest.builder(WrappedSource.ID, "me")
                    .includeAttachments(attachments)
                    .rawMime(mime)
                    .build();
            BackfillJob job = rig.run(request);
            assertThat(job.progress().failed()).isEqualTo(1);
            // What all of it costs nobody looks at once it runs.
            assertThat(told.keySet()).contains("count").doesNotContain("estimate");
            rig.awaitEnd(rig.jobs().retryFailures(job.id()).id());
            rig.jobs().estimate(request);
        }

        assertThat(told.keySet()).contains("estimate", "plan", "planChanges", "fetch", "replay");
        assertThat(told.values()).allSatisfy(of -> assertThat(of).containsExactly(List.of(attachments, mime)));
    }
}
